/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Objects come in as in glibc's _dl_map_object_deps(): a list that begins with what was asked for
 * grows, while it is walked, by what its objects need and what is not in it yet. An object is known
 * already by a name that it was asked for under, by its soname, or by its file.
 */

#include "program/program.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/parallel.h"
#include "base/strings.h"
#include "program/program-private.h"

const char *load_reason_name(enum load_reason reason)
{
        static const char *const names[] = {
                [LOAD_MAIN] = "main",
                [LOAD_INTERPRETER] = "interpreter",
                [LOAD_NEEDED] = "needed",
                [LOAD_PRELOADED] = "preload",
                [LOAD_DLOPEN] = "dlopen",
                [LOAD_MODULE] = "module",
                [LOAD_WITH] = "with",
        };

        return names[reason];
}

const char *program_object_name(const struct program *program, size_t object)
{
        const char *path = program->objects.items[object].path;
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

static int out_of_memory(struct error *error)
{
        return error_set(error, ENOMEM, "out of memory");
}

struct program *program_new(struct library *library, const struct loader *loader)
{
        CLEANUP_PROGRAM struct program *program = calloc(1, sizeof(*program));

        if (!program)
                return NULL;
        program->library = library;
        program->loader = loader;
        program->index = calloc(1, sizeof(*program->index));
        if (!program->index)
                return NULL;
        program->index->interpreter = SIZE_MAX;
        program->index->threads = 1;
        return steal_pointer(program);
}

static void index_free(struct program_index *index)
{
        struct program_link **link;
        struct program_list *group;

        vector_for_each(link, &index->links) {
                program_forget(*link);
                call_index_free((*link)->calls);
                vector_clear(&(*link)->groups);
                free(*link);
        }
        vector_clear(&index->links);
        vector_for_each(group, &index->groups)
                vector_clear(&group->objects);
        vector_clear(&index->groups);
        vector_clear(&index->others);
        dictionary_clear(&index->names);
        vector_clear(&index->named);
        dictionary_clear(&index->absent);
        dictionary_clear(&index->unexported);
        vector_clear(&index->unexported_among);
        symbol_table_free(index->empty_symbols);
        summary_free(index->empty);
        free(index);
}

struct program *program_free(struct program *program)
{
        struct program_object *object;
        struct program_missing *missing;
        size_t i;

        if (!program)
                return NULL;
        for (i = 0; program->index && i < program->index->links.count; i++)
                if (program->index->links.items[i]->held)
                        library_release(program->library, program->index->links.items[i]->file);
        if (program->index)
                index_free(program->index);
        vector_for_each(object, &program->objects)
                free(object->path);
        vector_clear(&program->objects);
        vector_for_each(missing, &program->missing) {
                free(missing->name);
                free(missing->problem);
        }
        vector_clear(&program->missing);
        vector_clear(&program->scope);
        free(program);
        return NULL;
}

/* Makes a name mean the object from now on, unless it means another one already. */
static int add_name(struct program *program, const char *name, size_t object)
{
        struct program_index *index = program->index;
        size_t *named;
        int number = dictionary_add(&index->names, name, strlen(name));

        if (number < 0)
                return number;
        if ((size_t)number < index->named.count)
                return 0;
        named = vector_add(&index->named);
        if (!named)
                return -ENOMEM;
        *named = object;
        return 0;
}

ssize_t program_append(struct program *program, const struct library_object *file, const char *path,
        enum load_reason reason, size_t by)
{
        struct program_index *index = program->index;
        CLEANUP(freep) struct program_link *link = calloc(1, sizeof(*link));
        CLEANUP_FREE char *copy = strdup(path);
        size_t number = program->objects.count;
        struct program_link **added;
        struct program_object *object;

        added = link && copy ? vector_add(&index->links) : NULL;
        if (!added)
                return -ENOMEM;
        object = vector_add(&program->objects);
        if (!object) {
                index->links.count--;
                return -ENOMEM;
        }
        link->file = file;
        link->loader = (struct loader_object){
                .path = copy,
                .rpath = file->head->rpath,
                .runpath = file->head->runpath,
                .no_default_libraries = file->head->no_default_libraries,
                .loader = by == number ? NULL : &index->links.items[by]->loader,
        };
        *added = steal_pointer(link);
        *object = (struct program_object){
                .path = steal_pointer(copy),
                .reason = reason,
                .by = by,
                .is_module = reason == LOAD_MODULE,
        };
        if (file->head->soname && add_name(program, file->head->soname, number) < 0)
                return -ENOMEM;
        return number;
}

/* The object that is the same file, or -ENOENT. */
static ssize_t find_file(const struct program *program, const struct library_object *file)
{
        const struct program_index *index = program->index;
        size_t i;

        for (i = 0; i < index->links.count; i++)
                if (index->links.items[i]->file->device == file->device &&
                        index->links.items[i]->file->inode == file->inode)
                        return i;
        return -ENOENT;
}

/* The object of an opened file, added unless it is there; or -ENOMEM. */
static ssize_t intern_object(struct program *program, const struct library_object *file,
        const char *path, enum load_reason reason, size_t by)
{
        ssize_t object = find_file(program, file);

        return object >= 0 ? object : program_append(program, file, path, reason, by);
}

/* Opens the file at `path` and adds it, unless it is there. Returns the object or -errno. */
static ssize_t add_file(struct program *program, const char *path, enum load_reason reason,
        size_t by, struct error *error)
{
        CLEANUP_FREE char *rooted = loader_rooted(program->loader, path);
        const struct library_object *file;
        ssize_t object;
        int r;

        if (!rooted)
                return out_of_memory(error);
        r = library_open(program->library, rooted, &file, error);
        if (r < 0)
                return r;
        object = intern_object(program, file, path, reason, by);
        return object < 0 ? out_of_memory(error) : object;
}

/* Adds the file of a whole path in whose place nothing has to be filled in, without a look at it,
 * where the library knows that it is an object for the same machine. Returns the object, -ENOENT,
 * or -ENOMEM. */
static ssize_t add_known(
        struct program *program, const char *path, enum load_reason reason, size_t by)
{
        CLEANUP_FREE char *rooted = NULL;
        const struct library_object *file;
        int r;

        if (path[0] != '/' || strchr(path, '$') || strlen(path) >= PATH_MAX)
                return -ENOENT;
        rooted = loader_rooted(program->loader, path);
        if (!rooted)
                return -ENOMEM;
        r = library_open_known(program->library, rooted, &file);
        if (r < 0)
                return r;
        if (file->head->abi != program->index->links.items[0]->file->head->abi)
                return -ENOENT;
        return intern_object(program, file, path, reason, by);
}

/* The object that a name means already, or -ENOENT. */
static ssize_t find_name(const struct program *program, const char *name)
{
        const struct program_index *index = program->index;
        int number = dictionary_find(&index->names, name);

        if (number >= 0)
                return index->named.items[number];
        if (index->is_musl && index->interpreter != SIZE_MAX && loader_is_musl_libc(name))
                return index->interpreter;
        return -ENOENT;
}

/* What is said of a name that leads to no object. */
static const char *absence(const char *name, enum load_reason reason)
{
        if (strchr(name, '/'))
                return "not there, or no object of this machine";
        return reason == LOAD_WITH || reason == LOAD_PRELOADED
                       ? "not found where the loader looks; a path has a slash in it"
                       : "not found";
}

/* The object for a name that `by` asks for, found or added. Returns -errno where there is none. */
static ssize_t want(struct program *program, const char *name, enum load_reason reason, size_t by,
        struct error *error)
{
        struct program_index *index = program->index;
        struct loader_request request = {
                .name = name,
                .by = &index->links.items[by]->loader,
                .main = &index->links.items[0]->loader,
                .interpreter = index->links.items[0]->file->head->interpreter,
        };
        CLEANUP_FREE char *path = NULL;
        ssize_t object = find_name(program, name);
        int r;

        if (object >= 0)
                return object;
        object = add_known(program, name, reason, by);
        if (object == -ENOMEM || (object >= 0 && add_name(program, name, object) < 0))
                return out_of_memory(error);
        if (object >= 0)
                return object;
        r = loader_find(program->loader, &request, &path);
        if (r == -ENOENT)
                return error_set(error, ENOENT, "%s", absence(name, reason));
        if (r < 0)
                return out_of_memory(error);
        object = add_file(program, path, reason, by, error);
        if (object >= 0 && add_name(program, name, object) < 0)
                return out_of_memory(error);
        return object;
}

int program_miss(struct program *program, const char *name, const char *problem,
        enum load_reason reason, size_t by)
{
        CLEANUP_FREE char *key = string_format("%zu %s", by, name);
        size_t known = program->index->absent.words.count;
        struct program_missing *missing;

        if (!key || dictionary_add(&program->index->absent, key, strlen(key)) < 0)
                return -ENOMEM;
        if (program->index->absent.words.count == known)
                return 0;
        missing = vector_add(&program->missing);
        if (!missing)
                return -ENOMEM;
        *missing = (struct program_missing){
                .name = strdup(name),
                .problem = strdup(problem),
                .reason = reason,
                .by = by,
        };
        return missing->name && missing->problem ? 0 : -ENOMEM;
}

static bool is_absent(const struct program *program, const char *name, size_t by)
{
        CLEANUP_FREE char *key = string_format("%zu %s", by, name);

        return key && dictionary_find(&program->index->absent, key) >= 0;
}

/* Puts an object at the end of the list that is being made, unless it is in it. */
static int list_add(struct program *program, struct program_list *list, size_t object)
{
        struct program_link *link = program->index->links.items[object];
        size_t *added;

        if (link->listed == program->index->lists)
                return 0;
        added = vector_add(&list->objects);
        if (!added)
                return -ENOMEM;
        *added = object;
        link->listed = program->index->lists;
        return 0;
}

static void list_start(struct program *program)
{
        program->index->lists++;
}

/* Adds to the list what its objects need, and what that needs. */
static int list_close(struct program *program, struct program_list *list)
{
        char *const *name;
        size_t i, by;
        ssize_t object;
        int r;

        for (i = 0; i < list->objects.count; i++) {
                by = list->objects.items[i];
                name = program->index->links.items[by]->file->head->needed;
                for (; name && *name; name++) {
                        struct error problem = {};

                        object = want(program, *name, LOAD_NEEDED, by, &problem);
                        if (object == -ENOMEM)
                                return -ENOMEM;
                        r = object < 0
                                    ? program_miss(program, *name, problem.message, LOAD_NEEDED, by)
                                    : list_add(program, list, object);
                        if (r < 0)
                                return r;
                }
        }
        return 0;
}

/* Adds the interpreter, which the kernel finds. */
static int add_interpreter(struct program *program, struct error *error)
{
        struct program_index *index = program->index;
        const char *path = index->links.items[0]->file->head->interpreter;
        struct error problem = {};
        ssize_t object;

        if (!path)
                return 0;
        index->is_musl = loader_is_musl(path);
        object = add_file(program, path, LOAD_INTERPRETER, 0, &problem);
        if (object == -ENOMEM)
                return out_of_memory(error);
        if (object < 0) {
                object = program_miss(program, path, problem.message, LOAD_INTERPRETER, 0);
                return object < 0 ? out_of_memory(error) : 0;
        }
        index->interpreter = object;
        program->objects.items[object].global = true;
        return add_name(program, path, object) < 0 ? out_of_memory(error) : 0;
}

static int preload_one(struct program *program, struct program_list *list, const char *name,
        bool must_be_there, struct error *error)
{
        struct error problem = {};
        ssize_t object = want(program, name, LOAD_PRELOADED, 0, &problem);
        int r = 0;

        if (object < 0 && (must_be_there || object == -ENOMEM))
                return error_set(error, -object, "%s: %s", name, problem.message);
        if (object < 0)
                r = program_miss(program, name, problem.message, LOAD_PRELOADED, 0);
        else
                r = list_add(program, list, object);
        return r < 0 ? out_of_memory(error) : 0;
}

/* Those of the command line and, which only glibc knows, of the system. */
static int preload(
        struct program *program, struct program_list *list, char *const *names, struct error *error)
{
        CLEANUP_STRINGS char **system = NULL;
        char **name;
        int r = 0;

        for (; r == 0 && names && *names; names++)
                r = preload_one(program, list, *names, true, error);
        if (r < 0 || program->index->interpreter == SIZE_MAX || program->index->is_musl)
                return r;
        system = loader_preloads(program->loader);
        if (!system)
                return out_of_memory(error);
        for (name = system; r == 0 && *name; name++)
                r = preload_one(program, list, *name, false, error);
        return r;
}

/* Finds all that is there from the start and makes the global scope of it. */
static int load_all(
        struct program *program, const struct program_options *options, struct error *error)
{
        struct program_list scope = {};
        size_t i;
        int r;

        list_start(program);
        r = list_add(program, &scope, 0) < 0 ? out_of_memory(error)
                                             : add_interpreter(program, error);
        if (r == 0)
                r = preload(program, &scope, options->preload, error);
        if (r == 0 && list_close(program, &scope) < 0)
                r = out_of_memory(error);
        /* glibc's interpreter is searched where it is needed, musl's is the C library. */
        if (r == 0 && program->index->is_musl && program->index->interpreter != SIZE_MAX)
                r = list_add(program, &scope, program->index->interpreter);
        for (i = 0; i < scope.objects.count; i++)
                program->objects.items[scope.objects.items[i]].global = true;
        program->scope.items = scope.objects.items;
        program->scope.count = scope.objects.count;
        program->scope.capacity = scope.objects.capacity;
        return r;
}

static int add_with(struct program *program, char *const *names, struct error *error)
{
        int r = 0;

        for (; r == 0 && names && *names; names++) {
                const size_t missing = program->missing.count;

                r = program_add(program, *names, LOAD_WITH, 0, error);
                /* Why is said of it, unless an object asked for it before; the name may be part. */
                if (r > 0 && program->missing.count > missing &&
                        program->missing.items[missing].reason == LOAD_WITH)
                        return error_set(error, ENOENT, "--with %s: %s", *names,
                                program->missing.items[missing].problem);
                if (r > 0)
                        return error_set(error, ENOENT, "--with %s: not found", *names);
        }
        return r;
}

int program_load(struct library *library, const struct loader *loader, const char *path,
        const struct program_options *options, struct program **ret, struct error *error)
{
        CLEANUP_PROGRAM struct program *program = program_new(library, loader);
        CLEANUP_FREE char *inside = loader_inside(loader, path);
        ssize_t object;
        int r;

        if (!program || !inside)
                return out_of_memory(error);
        program->index->no_modules = options->no_modules;
        program->index->threads = options->threads ? options->threads : parallel_processors();
        object = add_file(program, inside, LOAD_MAIN, 0, error);
        if (object < 0)
                return object;
        r = load_all(program, options, error);
        if (r == 0)
                r = program_analyse(program, error);
        if (r == 0)
                r = add_with(program, options->with, error);
        if (r < 0)
                return r;
        *ret = steal_pointer(program);
        return 0;
}

/* What was opened may serve all others: with RTLD_GLOBAL, of which is not known who uses it. The
 * mechanisms of program/modules.h do not. */
static int add_others(struct program *program, const struct program_list *list)
{
        struct program_index *index = program->index;
        size_t i, *other;

        for (i = 0; i < list->objects.count; i++) {
                size_t object = list->objects.items[i];
                struct program_link *link = index->links.items[object];

                if (program->objects.items[object].global || link->maybe_global)
                        continue;
                other = vector_add(&index->others);
                if (!other)
                        return -ENOMEM;
                *other = object;
                link->maybe_global = true;
        }
        return 0;
}

/* Makes the list of objects the scope of each of them, and takes it over. */
static int add_group(struct program *program, struct program_list *list)
{
        struct program_index *index = program->index;
        struct program_list *group = vector_add(&index->groups);
        size_t i, *own;

        if (!group)
                return -ENOMEM;
        for (i = 0; i < list->objects.count; i++) {
                own = vector_add(&index->links.items[list->objects.items[i]]->groups);
                if (!own)
                        return -ENOMEM;
                *own = index->groups.count - 1;
        }
        *group = *list;
        *list = (struct program_list){};
        return 0;
}

static void list_clear(struct program_list *list)
{
        vector_clear(&list->objects);
}

/* Makes a scope of an object that was opened and what it needs. It has one already where it was
 * there before; it may still be the first time that it is opened for all. */
static int open_scope(struct program *program, size_t object, enum load_reason reason, bool is_new)
{
        CLEANUP(list_clear) struct program_list list = {};
        int r;

        if (!is_new && (reason == LOAD_MODULE || program->objects.items[object].global ||
                               program->index->links.items[object]->maybe_global))
                return 0;
        list_start(program);
        r = list_add(program, &list, object);
        if (r == 0)
                r = list_close(program, &list);
        if (r == 0 && reason != LOAD_MODULE)
                r = add_others(program, &list);
        return r == 0 && is_new ? add_group(program, &list) : r;
}

/* Opens one object, and finds what it needs, but analyses none of it yet. */
static int open_object(struct program *program, const char *name, enum load_reason reason,
        size_t by, bool must_be_there, struct error *error)
{
        size_t known = program->objects.count;
        struct error problem = {};
        ssize_t object;
        int r;

        if (is_absent(program, name, by))
                return 1;
        object = want(program, name, reason, by, &problem);
        if (object == -ENOMEM)
                return out_of_memory(error);
        if (object < 0) {
                r = must_be_there ? program_miss(program, name, problem.message, reason, by) : 0;
                return r < 0 ? out_of_memory(error) : 1;
        }
        program->objects.items[object].is_module |= reason == LOAD_MODULE;
        r = open_scope(program, object, reason, (size_t)object >= known);
        return r < 0 ? out_of_memory(error) : 0;
}

int program_add(struct program *program, const char *name, enum load_reason reason, size_t by,
        struct error *error)
{
        int r = *name ? open_object(program, name, reason, by, true, error) : 0;
        int analysed = r < 0 ? r : program_analyse(program, error);

        return analysed < 0 ? analysed : r;
}

int program_add_list(struct program *program, char *const *names, enum load_reason reason,
        size_t by, bool must_be_there, struct error *error)
{
        int r = 0;

        for (; r >= 0 && names && *names; names++)
                r = open_object(program, *names, reason, by, must_be_there, error);
        return r < 0 ? r : program_analyse(program, error);
}
