/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/store.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/strings.h"
#include "store/connection.h"
#include "store/feature-ids.h"
#include "store/schema.h"
#include "store/summary-cache.h"

/* Milliseconds that one process waits for another. */
#define BUSY_TIMEOUT 60000

/* Kibibytes of pages in memory: an import touches few pages again and again, while what reads all
 * touches each of many once. */
#define CACHE_SIZE         "65536"
#define CACHE_SIZE_READING "8192"

struct store *store_close(struct store *store)
{
        struct kept_statement *kept;

        if (!store)
                return NULL;
        summary_cache_state_free(store->summaries);
        vector_for_each(kept, &store->statements)
                sqlite3_finalize(kept->statement);
        vector_clear(&store->statements);
        sqlite3_close(store->connection);
        feature_ids_free(store->features);
        free(store->path);
        free(store);
        return NULL;
}

const char *store_name(const struct store *store)
{
        return store->path;
}

/* The folders above the file, with the rights of data that is one's own. */
static int make_folders(const char *path, struct error *error)
{
        CLEANUP_FREE char *copy = strdup(path);

        if (!copy)
                return error_errno(error, ENOMEM, "%s", path);
        for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
                *slash = '\0';
                if (mkdir(copy, 0755) < 0 && errno != EEXIST && errno != EISDIR) {
                        /* What is there need not be writable above it. */
                        struct stat status;
                        int reason = errno;

                        if (stat(copy, &status) < 0)
                                return error_errno(error, reason, "%s", copy);
                }
                *slash = '/';
        }
        return 0;
}

/* Says what is wrong before SQLite does, which is short of words. */
static int check_file(const char *path, enum store_mode mode, struct error *error)
{
        struct stat status;

        if (stat(path, &status) < 0) {
                if (errno == ENOENT && mode == STORE_CREATE)
                        return make_folders(path, error);
                if (errno == ENOENT)
                        return error_set(error, ENOENT,
                                "%s: there is no database: `loupe db init` makes one, `loupe db "
                                "import` fills it",
                                path);
                return error_errno(error, errno, "%s", path);
        }
        if (S_ISDIR(status.st_mode))
                return error_errno(error, EISDIR, "%s", path);
        if (!S_ISREG(status.st_mode))
                return error_set(error, EINVAL, "%s: no regular file", path);
        if (access(path, R_OK) < 0 || (mode != STORE_READ && access(path, W_OK) < 0))
                return error_errno(error, errno, "%s", path);
        return 0;
}

/* "file:./PATH" or "file:///PATH" (what is behind two slashes is a host, and must be empty), in
 * which only letters, digits and a few signs stand for themselves, so that no
 * path means anything special to SQLite. */
static char *uri_of(const char *path, const char *parameters)
{
        CLEANUP_FREE char *uri = malloc(strlen("file:./") + 3 * strlen(path) + 64);
        char *end;

        if (!uri)
                return NULL;
        end = stpcpy(uri, path[0] == '/' ? "file://" : "file:./");
        for (; *path; path++) {
                if (isalnum((unsigned char)*path) || strchr("/._-", *path))
                        *end++ = *path;
                else
                        end += sprintf(end, "%%%02X", (unsigned char)*path);
        }
        strcpy(end, parameters);
        return steal_pointer(uri);
}

/* Returns 0 or a negative SQLite code; the connection has to be closed in any case. */
static int open_file(const struct store *store, const char *parameters, sqlite3 **ret)
{
        static const int flags[] = {
                /* SQLite reads what cannot be written. Where it can be, the last who closes it
                 * takes away the files beside it, which a reader's connection would leave. */
                [STORE_READ] = SQLITE_OPEN_READWRITE,
                [STORE_WRITE] = SQLITE_OPEN_READWRITE,
                [STORE_CREATE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
        };
        CLEANUP_FREE char *uri = uri_of(store->path, parameters);

        if (!uri)
                return -SQLITE_NOMEM;
        return -sqlite3_open_v2(
                uri, ret, flags[store->mode] | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
}

int store_connect_again(struct store *store, sqlite3 **ret)
{
        int r = open_file(store, "", ret);

        if (r == -SQLITE_NOMEM)
                return -ENOMEM;
        return r < 0 ? -EIO : 0;
}

static int connect_to(struct store *store, const char *parameters, struct error *error)
{
        int r = open_file(store, parameters, &store->connection);

        if (r == -SQLITE_NOMEM)
                return error_errno(error, ENOMEM, "%s", store->path);
        if (r < 0)
                return store_failure(store, error);
        sqlite3_extended_result_codes(store->connection, 1);
        sqlite3_busy_timeout(store->connection, BUSY_TIMEOUT);
        return 0;
}

/* Settings of the connection; some of them read the file. */
static int settle(struct store *store, struct error *error)
{
        int r;

        if (store->mode == STORE_READ)
                r = store_run(store,
                        "PRAGMA query_only = ON; PRAGMA cache_size = -" CACHE_SIZE_READING, error);
        else
                r = store_run(store, "PRAGMA cache_size = -" CACHE_SIZE, error);
        if (r < 0)
                return r;
        /* FULL: what is committed is on disk, also when the power fails then. */
        return store_run(store,
                "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; "
                "PRAGMA trusted_schema = OFF",
                error);
}

/* True where the database has a journal of changes that are not in it yet. */
static bool has_journal(const char *path)
{
        CLEANUP_FREE char *name = string_format("%s-wal", path);
        struct stat status;

        return !name || (stat(name, &status) == 0 && status.st_size > 0);
}

/*
 * Where the folder cannot be written SQLite cannot make the files by which processes agree, and
 * refuses to read; but then nobody who could not either writes there: it may be read without.
 */
static int look_alone(struct store *store, int *ret_version, struct error *error)
{
        int r;

        if (has_journal(store->path))
                return error_set(error, EROFS,
                        "%s: it was not closed properly, and mending that needs to write in its "
                        "folder",
                        store->path);
        sqlite3_close(store->connection);
        store->connection = NULL;
        r = connect_to(store, "?immutable=1", error);
        if (r < 0)
                return r;
        r = schema_look(store->connection, &schema_current, ret_version);
        return r < 0 ? store_failure(store, error) : r;
}

/* Returns a value of enum schema_state, or -errno. */
static int look(struct store *store, int *ret_version, struct error *error)
{
        int r = schema_look(store->connection, &schema_current, ret_version);

        if (r >= 0)
                return r;
        if ((-r & 0xff) == SQLITE_NOTADB)
                return error_set(error, EINVAL, "%s: this is no database of loupe", store->path);
        if (store->mode == STORE_READ &&
                ((-r & 0xff) == SQLITE_CANTOPEN || (-r & 0xff) == SQLITE_READONLY))
                return look_alone(store, ret_version, error);
        return store_failure(store, error);
}

/*
 * Readers and a writer do not wait for each other in this mode, which the file remembers. SQLite
 * does not wait by itself where another process is doing the same.
 */
static int set_journal_mode(struct store *store, struct error *error)
{
        const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
        double end = clock_seconds() + BUSY_TIMEOUT / 1e3;
        int code;

        while ((code = sqlite3_exec(store->connection, "PRAGMA journal_mode = WAL", NULL, NULL,
                        NULL)) == SQLITE_BUSY &&
                clock_seconds() < end)
                nanosleep(&pause, NULL);
        return code == SQLITE_OK ? 0 : store_failure(store, error);
}

static int update_schema(struct store *store, struct error *error)
{
        int r = schema_update(store->connection, &schema_current, error);

        if (r == 0)
                return 0;
        if (r == -SQLITE_FULL)
                return error_set(error, ENOSPC, "%s: the disk is full", store->path);
        return error_prefix(error, -EIO, "%s", store->path);
}

static int update(struct store *store, struct error *error)
{
        int r = set_journal_mode(store, error);

        if (r < 0)
                return r;
        return update_schema(store, error);
}

static int copy_all(sqlite3 *from, sqlite3 *to)
{
        sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
        int code;

        if (!backup)
                return sqlite3_errcode(to);
        code = sqlite3_backup_step(backup, -1);
        sqlite3_backup_finish(backup);
        return code == SQLITE_DONE ? SQLITE_OK : code;
}

/*
 * An older database that may not be changed is read from a copy, which is brought up to date: a
 * file that SQLite keeps in memory while it is small, and that is gone with the connection.
 */
static int read_copy(struct store *store, struct error *error)
{
        sqlite3 *original = store->connection;
        int code;

        code = sqlite3_open_v2("", &store->connection,
                SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
        if (code == SQLITE_OK)
                code = copy_all(original, store->connection);
        sqlite3_close(original);
        if (code != SQLITE_OK)
                return error_set(error, code == SQLITE_FULL ? ENOSPC : EIO,
                        "%s: an older loupe made it, and the copy to read it from cannot be made: "
                        "%s",
                        store->path, sqlite3_errstr(code));
        sqlite3_extended_result_codes(store->connection, 1);
        code = update_schema(store, error);
        return code < 0 ? code : settle(store, error);
}

static int accept_schema(struct store *store, struct error *error)
{
        int version = 0, state = look(store, &version, error), r;

        if (state < 0)
                return state;
        r = settle(store, error);
        if (r < 0)
                return r;
        switch ((enum schema_state)state) {
        case SCHEMA_CURRENT:
                return 0;
        case SCHEMA_NEWER:
                return error_set(error, EPROTO,
                        "%s: a newer loupe made it (version %d, this one knows up to %d): use that "
                        "one",
                        store->path, version, schema_current.version);
        case SCHEMA_FOREIGN:
                return error_set(
                        error, EINVAL, "%s: this is a database, but not one of loupe", store->path);
        case SCHEMA_EMPTY:
                if (store->mode != STORE_CREATE)
                        return error_set(error, EINVAL,
                                "%s: it is empty: `loupe db init` makes it a database",
                                store->path);
                return update(store, error);
        case SCHEMA_OLDER:
                return store->mode == STORE_READ ? read_copy(store, error) : update(store, error);
        }
        return -EINVAL;
}

/* Copied read-only files and the like are told here, not at the first change. */
static int check_writable(struct store *store, struct error *error)
{
        if (store->mode == STORE_READ || sqlite3_db_readonly(store->connection, "main") == 0)
                return 0;
        return error_errno(error, EROFS, "%s", store->path);
}

int store_open(const char *path, enum store_mode mode, struct store **ret, struct error *error)
{
        CLEANUP_STORE struct store *store = NULL;
        int r;

        r = check_file(path, mode, error);
        if (r < 0)
                return r;
        store = calloc(1, sizeof(*store));
        if (!store)
                return error_errno(error, ENOMEM, "%s", path);
        store->mode = mode;
        store->path = strdup(path);
        store->features = feature_ids_new();
        if (!store->path || !store->features)
                return error_errno(error, ENOMEM, "%s", path);
        r = connect_to(store, "", error);
        if (r == 0)
                r = accept_schema(store, error);
        if (r == 0)
                r = check_writable(store, error);
        if (r < 0)
                return r;
        *ret = steal_pointer(store);
        return 0;
}
