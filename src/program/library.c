/* SPDX-License-Identifier: BSD-3-Clause */
#include "program/library.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/dictionary.h"
#include "base/strings.h"
#include "binary/analysis.h"

/* Bytes of summaries, beyond which those that no program uses are freed. */
#define SUMMARIES_SIZE (UINT64_C(256) << 20)

/* Seconds for which a file has to be left alone before its times tell its contents: a change within
 * the same tick of the file system's clock would not show. */
#define SETTLED 2

enum state {
        STATE_NEW,  /* nobody has begun */
        STATE_BUSY, /* a thread is about it; the others wait for `changed` */
        STATE_DONE,
        STATE_FAILED,
};

/* A failure, kept for those who ask again. */
struct failure {
        int result;
        char *message; /* may be NULL when out of memory */
};

struct library_content {
        struct library_head head;
        char *identity;
        char *path; /* where it was found first */
        enum state state;
        struct failure failure;
        struct object *object; /* where it was read: until it is analysed */
        struct summary *summary;
        struct symbol_table *symbols;
        struct call_index *calls; /* NULL: nobody asked yet */
        size_t users;             /* of the summary */
        uint64_t bytes;           /* of the summary, about */
        uint64_t released;        /* when it was last used, by library.releases */
};

struct file {
        struct library_object object; /* what users see */
        char *key;                    /* what stat(2) tells of it */
        time_t changed;
        enum state state; /* of opening */
        struct failure failure;
};

struct library {
        pthread_mutex_t lock; /* of all that follows, and of `state` in files and contents */
        pthread_cond_t changed;
        struct dictionary file_keys;
        VECTOR(struct file *) files; /* by number of the key */
        struct dictionary identities;
        VECTOR(struct library_content *) contents;
        struct library_figures figures;
        uint64_t bytes; /* of all summaries */
        uint64_t releases;

        pthread_mutex_t cache_lock; /* the cache serves one at a time */
        const struct summary_cache *cache;
};

struct library *library_new(const struct summary_cache *cache)
{
        struct library *library = calloc(1, sizeof(*library));

        if (!library)
                return NULL;
        pthread_mutex_init(&library->lock, NULL);
        pthread_mutex_init(&library->cache_lock, NULL);
        pthread_cond_init(&library->changed, NULL);
        library->cache = cache;
        return library;
}

static void head_clear(struct library_head *head)
{
        free(head->interpreter);
        free(head->soname);
        free(head->rpath);
        free(head->runpath);
        strings_free(head->needed);
        *head = (struct library_head){};
}

static struct library_content *content_free(struct library_content *content)
{
        if (content) {
                head_clear(&content->head);
                free(content->identity);
                free(content->path);
                free(content->failure.message);
                object_free(content->object);
                call_index_free(content->calls);
                symbol_table_free(content->symbols);
                summary_free(content->summary);
                free(content);
        }
        return NULL;
}
DEFINE_CLEANUP(struct library_content *, content_free)

static void file_free(struct file *file)
{
        free(file->key);
        free(file->failure.message);
        free(file);
}

struct library *library_free(struct library *library)
{
        struct library_content **content;
        struct file **file;

        if (!library)
                return NULL;
        vector_for_each(file, &library->files)
                file_free(*file);
        vector_clear(&library->files);
        vector_for_each(content, &library->contents)
                content_free(*content);
        vector_clear(&library->contents);
        dictionary_clear(&library->file_keys);
        dictionary_clear(&library->identities);
        pthread_cond_destroy(&library->changed);
        pthread_mutex_destroy(&library->cache_lock);
        pthread_mutex_destroy(&library->lock);
        free(library);
        return NULL;
}

/* Keeps the failure that `error` tells. */
static void failure_set(struct failure *failure, int result, const struct error *error)
{
        failure->result = result;
        failure->message = strdup(error->message);
}

static int failure_tell(const struct failure *failure, struct error *error)
{
        return error_set(error, -failure->result, "%s",
                failure->message ? failure->message : "out of memory");
}

/* The summary of a file that tells no more than its head. NULL when out of memory. */
static struct summary *head_summary(const struct object *object)
{
        CLEANUP_SUMMARY struct summary *head = summary_new();

        if (!head)
                return NULL;
        head->abi = object->abi;
        head->kind = object->kind;
        head->no_default_libraries = object->no_default_libraries;
        if (object->needed) {
                head->needed = strings_copy(object->needed);
                if (!head->needed)
                        return NULL;
        }
        if (string_copy(object->identity, &head->identity) < 0 ||
                string_copy(object->interpreter, &head->interpreter) < 0 ||
                string_copy(object->soname, &head->soname) < 0 ||
                string_copy(object->rpath, &head->rpath) < 0 ||
                string_copy(object->runpath, &head->runpath) < 0)
                return NULL;
        return steal_pointer(head);
}

/* Takes what it tells out of the head. NULL when out of memory. */
static struct library_content *content_new(struct summary *head, const char *path)
{
        struct library_content *content = calloc(1, sizeof(*content));

        if (!content)
                return NULL;
        content->head = (struct library_head){
                .abi = head->abi,
                .kind = head->kind,
                .interpreter = steal_pointer(head->interpreter),
                .soname = steal_pointer(head->soname),
                .rpath = steal_pointer(head->rpath),
                .runpath = steal_pointer(head->runpath),
                .needed = steal_pointer(head->needed),
                .no_default_libraries = head->no_default_libraries,
        };
        content->identity = steal_pointer(head->identity);
        content->path = strdup(path);
        if (!content->path || !content->identity)
                return content_free(content);
        return content;
}

/* The library's content of the same identity, or `*content`, which it then takes over. */
static struct library_content *intern_content(
        struct library *library, struct library_content **content)
{
        const char *identity = (*content)->identity;
        struct library_content **added;
        int number = dictionary_find(&library->identities, identity);

        if (number >= 0)
                return library->contents.items[number];
        added = vector_add(&library->contents);
        if (!added)
                return NULL;
        if (dictionary_add(&library->identities, identity, strlen(identity)) < 0) {
                library->contents.count--;
                return NULL;
        }
        *added = steal_pointer(*content);
        return *added;
}

static int load(struct library *library, const char *key, struct summary **ret)
{
        CLEANUP_FREE void *data = NULL;
        size_t size;
        int r;

        if (!library->cache)
                return -ENOENT;
        pthread_mutex_lock(&library->cache_lock);
        r = library->cache->load(library->cache->context, key, &data, &size);
        pthread_mutex_unlock(&library->cache_lock);
        return r < 0 ? r : summary_unpack(data, size, ret, NULL);
}

static void save(
        struct library *library, const char *key, const char *path, const struct summary *summary)
{
        CLEANUP_FREE void *data = NULL;
        size_t size;

        if (!library->cache || summary_pack(summary, &data, &size) < 0)
                return;
        pthread_mutex_lock(&library->cache_lock);
        library->cache->save(library->cache->context, key, path, data, size);
        pthread_mutex_unlock(&library->cache_lock);
}

/* Reads the file, and keeps its head for the next time. */
static int read_head(struct library *library, struct file *file, const char *path,
        struct object **ret_object, struct summary **ret, struct error *error)
{
        int r = object_open(path, ret_object, error);

        if (r < 0)
                return r;
        *ret = head_summary(*ret_object);
        if (!*ret)
                return error_set(error, ENOMEM, "%s: out of memory", path);
        if (file->changed + SETTLED < time(NULL))
                save(library, file->key, path, *ret);
        return 0;
}

/* Learns the file's head and finds or makes its content. -ENOENT where the file would have to be
 * read, but only what is known is wanted. */
static int open_file(struct library *library, struct file *file, const char *path, bool known_only,
        struct error *error)
{
        CLEANUP(content_freep) struct library_content *content = NULL;
        CLEANUP_OBJECT struct object *object = NULL;
        CLEANUP_SUMMARY struct summary *head = NULL;
        struct library_content *known;
        int r = 0;

        if (load(library, file->key, &head) < 0)
                r = known_only ? -ENOENT : read_head(library, file, path, &object, &head, error);
        if (r < 0)
                return r;
        content = content_new(head, path);
        if (!content)
                return error_set(error, ENOMEM, "%s: out of memory", path);
        content->object = steal_pointer(object);
        pthread_mutex_lock(&library->lock);
        known = intern_content(library, &content);
        pthread_mutex_unlock(&library->lock);
        if (!known)
                return error_set(error, ENOMEM, "%s: out of memory", path);
        file->object.head = &known->head;
        file->object.content = known;
        return 0;
}

/* The file of that key, made where there is none; with the lock held. */
static struct file *intern_file(struct library *library, const char *key, const struct stat *status)
{
        int number = dictionary_find(&library->file_keys, key);
        struct file *file, **added;

        if (number >= 0)
                return library->files.items[number];
        file = calloc(1, sizeof(*file));
        if (!file)
                return NULL;
        file->key = strdup(key);
        added = file->key ? vector_add(&library->files) : NULL;
        if (!added || dictionary_add(&library->file_keys, key, strlen(key)) < 0) {
                library->files.count -= added != NULL;
                file_free(file);
                return NULL;
        }
        file->object.device = status->st_dev;
        file->object.inode = status->st_ino;
        file->object.size = status->st_size;
        file->changed = status->st_ctim.tv_sec;
        *added = file;
        return file;
}

static char *file_key(const struct stat *status)
{
        return string_format("file:%ju:%ju:%jd:%jd.%09ld:%jd.%09ld", (uintmax_t)status->st_dev,
                (uintmax_t)status->st_ino, (intmax_t)status->st_size,
                (intmax_t)status->st_mtim.tv_sec, status->st_mtim.tv_nsec,
                (intmax_t)status->st_ctim.tv_sec, status->st_ctim.tv_nsec);
}

/* The file as it is when nobody is about it, opened if it was not. With the lock held. */
static void settle_file(
        struct library *library, struct file *file, const char *path, bool known_only)
{
        struct error problem = {};
        int r;

        while (file->state == STATE_BUSY)
                pthread_cond_wait(&library->changed, &library->lock);
        if (file->state != STATE_NEW)
                return;
        file->state = STATE_BUSY;
        pthread_mutex_unlock(&library->lock);
        r = open_file(library, file, path, known_only, &problem);
        pthread_mutex_lock(&library->lock);
        if (r == -ENOENT && known_only) {
                file->state = STATE_NEW;
        } else {
                if (r < 0)
                        failure_set(&file->failure, r, &problem);
                file->state = r < 0 ? STATE_FAILED : STATE_DONE;
        }
        pthread_cond_broadcast(&library->changed);
}

/* Finds or makes what the library knows of the file. Returns 0, -errno of stat(2), or -ENOMEM. */
static int find_file(struct library *library, const char *path, bool known_only, struct file **ret,
        enum state *ret_state, struct error *error)
{
        CLEANUP_FREE char *key = NULL;
        struct stat status;
        struct file *file;

        if (stat(path, &status) < 0)
                return error_errno(error, errno, "%s", path);
        key = file_key(&status);
        pthread_mutex_lock(&library->lock);
        file = key ? intern_file(library, key, &status) : NULL;
        if (file) {
                settle_file(library, file, path, known_only);
                *ret_state = file->state;
        }
        pthread_mutex_unlock(&library->lock);
        *ret = file;
        return file ? 0 : error_set(error, ENOMEM, "%s: out of memory", path);
}

int library_open(struct library *library, const char *path, const struct library_object **ret,
        struct error *error)
{
        struct file *file;
        enum state state;
        int r = find_file(library, path, false, &file, &state, error);

        if (r < 0)
                return r;
        if (state == STATE_FAILED)
                return failure_tell(&file->failure, error);
        *ret = &file->object;
        return 0;
}

int library_open_known(struct library *library, const char *path, const struct library_object **ret)
{
        struct file *file;
        enum state state;
        int r = find_file(library, path, true, &file, &state, NULL);

        if (r < 0)
                return r == -ENOMEM ? r : -ENOENT;
        if (state != STATE_DONE)
                return -ENOENT;
        *ret = &file->object;
        return 0;
}

/* About how much memory a summary takes. */
static uint64_t summary_bytes(const struct summary *summary)
{
#define BYTES(vector) (sizeof(*(vector).items) * (vector).capacity)
        return sizeof(*summary) + BYTES(summary->text) + BYTES(summary->exports) +
               BYTES(summary->imports) + BYTES(summary->functions) + BYTES(summary->facts) +
               BYTES(summary->arguments) + BYTES(summary->values) + BYTES(summary->numbers) +
               BYTES(summary->sites) + BYTES(summary->pointers) + BYTES(summary->data) +
               BYTES(summary->cuts);
#undef BYTES
}

static void count(struct library *library, const struct library_content *content, bool cached)
{
        const struct summary_function *function;
        uint64_t code = 0;

        if (!cached)
                vector_for_each(function, &content->summary->functions)
                        code += function->size;
        pthread_mutex_lock(&library->lock);
        library->figures.cached += cached;
        library->figures.analysed += !cached;
        library->figures.code += code;
        pthread_mutex_unlock(&library->lock);
}

/* Opens the object where its head came from the cache. */
static int reopen(struct library_content *content, struct error *error)
{
        int r = 0;

        if (!content->object)
                r = object_open(content->path, &content->object, error);
        if (r == 0 && strcmp(content->object->identity, content->identity) != 0)
                r = error_set(error, ESTALE, "%s: has changed meanwhile", content->path);
        return r;
}

/* Makes or loads the summary. Of all threads, one alone is here for a content. */
static int make_summary(
        struct library *library, struct library_content *content, struct error *error)
{
        bool cached = load(library, content->identity, &content->summary) == 0;
        int r = 0;

        if (!cached)
                r = reopen(content, error);
        if (!cached && r == 0)
                r = object_analyse(content->object, &content->summary, error);
        content->object = object_free(content->object);
        if (r < 0)
                return r;
        content->symbols = symbol_table_new(content->summary);
        if (!content->symbols) {
                content->summary = summary_free(content->summary);
                return error_set(error, ENOMEM, "%s: out of memory", content->path);
        }
        if (!cached)
                save(library, content->identity, content->path, content->summary);
        content->bytes = summary_bytes(content->summary);
        count(library, content, cached);
        return 0;
}

int library_summary(struct library *library, const struct library_object *object,
        const struct summary **ret, const struct symbol_table **ret_symbols, struct error *error)
{
        struct library_content *content = object->content;
        struct error problem = {};
        int r;

        pthread_mutex_lock(&library->lock);
        content->users++;
        while (content->state == STATE_BUSY)
                pthread_cond_wait(&library->changed, &library->lock);
        if (content->state == STATE_NEW) {
                content->state = STATE_BUSY;
                pthread_mutex_unlock(&library->lock);
                r = make_summary(library, content, &problem);
                pthread_mutex_lock(&library->lock);
                if (r < 0)
                        failure_set(&content->failure, r, &problem);
                else
                        library->bytes += content->bytes;
                content->state = r < 0 ? STATE_FAILED : STATE_DONE;
                pthread_cond_broadcast(&library->changed);
        }
        pthread_mutex_unlock(&library->lock);
        if (content->state == STATE_FAILED)
                return failure_tell(&content->failure, error);
        *ret = content->summary;
        if (ret_symbols)
                *ret_symbols = content->symbols;
        return 0;
}

bool library_is_busy(struct library *library, const struct library_object *object)
{
        bool is_busy;

        pthread_mutex_lock(&library->lock);
        is_busy = object->content->state == STATE_BUSY;
        pthread_mutex_unlock(&library->lock);
        return is_busy;
}

const struct call_index *library_calls(struct library *library, const struct library_object *object)
{
        struct library_content *content = object->content;
        const struct call_index *calls;
        struct call_index *made;
        uint64_t bytes;

        pthread_mutex_lock(&library->lock);
        calls = content->calls;
        pthread_mutex_unlock(&library->lock);
        if (calls)
                return calls;
        made = call_index_new(content->summary);
        if (!made)
                return NULL;
        pthread_mutex_lock(&library->lock);
        /* Another thread may have been faster. */
        if (!content->calls) {
                bytes = call_index_bytes(made);
                content->bytes += bytes;
                library->bytes += bytes;
                content->calls = steal_pointer(made);
        }
        calls = content->calls;
        pthread_mutex_unlock(&library->lock);
        call_index_free(made);
        return calls;
}

/* With the lock held. */
static void drop_summary(struct library *library, struct library_content *content)
{
        library->bytes -= content->bytes;
        content->calls = call_index_free(content->calls);
        content->symbols = symbol_table_free(content->symbols);
        content->summary = summary_free(content->summary);
        content->state = STATE_NEW;
}

/* Frees summaries that nobody uses, the longest unused first. With the lock held. */
static void drop_oldest(struct library *library)
{
        struct library_content **content, *oldest;

        while (library->bytes > SUMMARIES_SIZE) {
                oldest = NULL;
                vector_for_each(content, &library->contents)
                        if ((*content)->state == STATE_DONE && (*content)->users == 0 &&
                                (!oldest || (*content)->released < oldest->released))
                                oldest = *content;
                if (!oldest)
                        return;
                drop_summary(library, oldest);
        }
}

void library_release(struct library *library, const struct library_object *object)
{
        struct library_content *content = object->content;

        pthread_mutex_lock(&library->lock);
        content->users--;
        content->released = ++library->releases;
        if (content->state == STATE_DONE && content->users == 0 &&
                content->head.kind != OBJECT_SHARED)
                drop_summary(library, content);
        drop_oldest(library);
        pthread_mutex_unlock(&library->lock);
}

int library_get(
        struct library *library, const char *path, const struct summary **ret, struct error *error)
{
        const struct library_object *object;
        int r = library_open(library, path, &object, error);

        return r < 0 ? r : library_summary(library, object, ret, NULL, error);
}

struct library_figures library_figures(struct library *library)
{
        struct library_figures figures;

        pthread_mutex_lock(&library->lock);
        figures = library->figures;
        pthread_mutex_unlock(&library->lock);
        return figures;
}
