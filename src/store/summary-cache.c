/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The cache has a connection of its own, which does not wait for the disk (in WAL mode that leaves
 * the database sound whatever happens), nor long for other processes. When a summary was used is
 * noted once a day, as else each look-up would be a change.
 */

#include "store/summary-cache.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/vector.h"
#include "store/connection.h"

#define BUSY_TIMEOUT   1000  /* milliseconds */
#define USED_EXACTNESS 86400 /* seconds */
#define COUNT_EVERY    64    /* saves after which others' are counted again */
#define LOADS_MAX      1024  /* loads of one transaction, so that the journal can be emptied */
#define SETTINGS                                                            \
        "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4096; "          \
        "PRAGMA mmap_size = 1073741824; PRAGMA wal_autocheckpoint = 4000; " \
        "PRAGMA trusted_schema = OFF"

enum statement {
        STATEMENT_LOAD,
        STATEMENT_SAVE,
        STATEMENT_USE,
        STATEMENT_SUM,
        STATEMENT_OLDEST,
        STATEMENT_DROP,
        STATEMENT_COUNT,
};

static const char *const statements[STATEMENT_COUNT] = {
        [STATEMENT_LOAD] = "SELECT rowid, used FROM object_summary WHERE identity = "
                           ":identity AND format = :format",
        [STATEMENT_SAVE] = "INSERT OR REPLACE INTO object_summary (identity, format, path, size, "
                           "used, summary) VALUES (:identity, :format, :path, :size, :used, "
                           ":summary)",
        [STATEMENT_USE] = "UPDATE object_summary SET used = :used WHERE rowid = :row",
        [STATEMENT_SUM] = "SELECT total(size) FROM object_summary",
        [STATEMENT_OLDEST] = "SELECT rowid, size FROM object_summary ORDER BY used, rowid",
        [STATEMENT_DROP] = "DELETE FROM object_summary WHERE rowid = :row",
};

struct summary_cache_state {
        sqlite3 *connection;
        sqlite3_stmt *statements[STATEMENT_COUNT];
        sqlite3_blob *blob;   /* the summary that was read last, or NULL */
        unsigned loads;       /* of the transaction that is open for reading; 0: none is */
        VECTOR(int64_t) used; /* rows whose time is to be noted */
        uint64_t limit;       /* bytes */
        uint64_t size;        /* bytes there are, as far as is known */
        unsigned until_count; /* saves until they are counted again */
        bool closed;          /* nothing more can be saved */
};

/* Ends the transaction that load() began. */
static void end_loads(struct summary_cache_state *state)
{
        sqlite3_blob_close(state->blob);
        state->blob = NULL;
        if (state->loads > 0)
                sqlite3_exec(state->connection, "COMMIT", NULL, NULL, NULL);
        state->loads = 0;
}

/* A program loads hundreds of summaries: to lock the database for each would cost more than to read
 * it. What others add meanwhile is not seen. */
static void begin_loads(struct summary_cache_state *state)
{
        if (state->loads >= LOADS_MAX)
                end_loads(state);
        if (state->loads > 0 ||
                sqlite3_exec(state->connection, "BEGIN", NULL, NULL, NULL) == SQLITE_OK)
                state->loads++;
}

static int begin(struct summary_cache_state *state)
{
        end_loads(state);
        return sqlite3_exec(state->connection, "BEGIN IMMEDIATE", NULL, NULL, NULL);
}

/* Commits, or undoes. Returns the code, or that of the commit. */
static int end(struct summary_cache_state *state, int code)
{
        if (code == SQLITE_OK)
                code = sqlite3_exec(state->connection, "COMMIT", NULL, NULL, NULL);
        if (!sqlite3_get_autocommit(state->connection))
                sqlite3_exec(state->connection, "ROLLBACK", NULL, NULL, NULL);
        return code;
}

/* Carries out a statement without rows. */
static int execute(sqlite3_stmt *statement)
{
        int code = sqlite3_step(statement);

        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
        return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* Within a transaction. */
static int note_used(struct summary_cache_state *state)
{
        sqlite3_stmt *use = state->statements[STATEMENT_USE];
        const int64_t *row;
        int code = SQLITE_OK;

        vector_for_each(row, &state->used) {
                bind_integer(use, ":used", time(NULL));
                bind_integer(use, ":row", *row);
                code = execute(use);
                if (code != SQLITE_OK)
                        break;
        }
        return code;
}

struct summary_cache_state *summary_cache_state_free(struct summary_cache_state *state)
{
        if (!state)
                return NULL;
        end_loads(state);
        if (state->used.count > 0 && !state->closed && begin(state) == SQLITE_OK)
                end(state, note_used(state));
        for (size_t i = 0; i < STATEMENT_COUNT; i++)
                sqlite3_finalize(state->statements[i]);
        sqlite3_close(state->connection);
        vector_clear(&state->used);
        free(state);
        return NULL;
}
DEFINE_CLEANUP(struct summary_cache_state *, summary_cache_state_free)

/* Opens the summary of a row; in a transaction the last one's handle serves again. */
static int open_summary(struct summary_cache_state *state, int64_t row)
{
        int code;

        if (state->blob && sqlite3_blob_reopen(state->blob, row) == SQLITE_OK)
                return 0;
        sqlite3_blob_close(state->blob);
        state->blob = NULL;
        code = sqlite3_blob_open(
                state->connection, "main", "object_summary", "summary", row, 0, &state->blob);
        return code == SQLITE_OK ? 0 : -ENOENT;
}

/* The summary of a row, straight from the file to where it is wanted. */
static int read_summary(
        struct summary_cache_state *state, int64_t row, void **ret, size_t *ret_size)
{
        CLEANUP_FREE void *data = NULL;
        int size;

        if (open_summary(state, row) < 0)
                return -ENOENT;
        size = sqlite3_blob_bytes(state->blob);
        data = malloc(size + 1);
        if (!data || sqlite3_blob_read(state->blob, data, size, 0) != SQLITE_OK)
                return -ENOENT;
        *ret = steal_pointer(data);
        *ret_size = size;
        return 0;
}

static int load(void *context, const char *identity, void **ret, size_t *ret_size)
{
        struct summary_cache_state *state = context;
        CLEANUP_STATEMENT sqlite3_stmt *select = state->statements[STATEMENT_LOAD];
        int64_t row, used, *noted;
        int r;

        begin_loads(state);
        bind_text(select, ":identity", identity);
        bind_integer(select, ":format", SUMMARY_FORMAT);
        if (sqlite3_step(select) != SQLITE_ROW)
                return -ENOENT;
        row = sqlite3_column_int64(select, 0);
        used = sqlite3_column_int64(select, 1);
        r = read_summary(state, row, ret, ret_size);
        if (r == 0 && !state->closed && used < time(NULL) - USED_EXACTNESS) {
                noted = vector_add(&state->used);
                if (noted)
                        *noted = row;
        }
        return r;
}

/* Learns how many bytes there are, of other processes too. */
static int count_size(struct summary_cache_state *state)
{
        sqlite3_stmt *sum = state->statements[STATEMENT_SUM];
        int code = sqlite3_step(sum);

        if (code == SQLITE_ROW)
                state->size = (uint64_t)sqlite3_column_double(sum, 0);
        state->until_count = COUNT_EVERY;
        sqlite3_reset(sum);
        return code == SQLITE_ROW ? SQLITE_OK : code;
}

/* The rows to drop so that no more than `wanted` bytes are left. */
struct rows {
        VECTOR(int64_t) items;
};

static int find_oldest(struct summary_cache_state *state, uint64_t wanted, struct rows *ret)
{
        CLEANUP_STATEMENT sqlite3_stmt *oldest = state->statements[STATEMENT_OLDEST];
        int64_t *row;
        uint64_t size;
        int code = SQLITE_ROW;

        while (state->size > wanted && (code = sqlite3_step(oldest)) == SQLITE_ROW) {
                row = vector_add(&ret->items);
                if (!row)
                        return SQLITE_NOMEM;
                *row = sqlite3_column_int64(oldest, 0);
                size = (uint64_t)sqlite3_column_int64(oldest, 1);
                state->size -= size < state->size ? size : state->size;
        }
        return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

/* More than has to go, so that it is not to be done for each. */
static int drop_oldest(struct summary_cache_state *state)
{
        sqlite3_stmt *drop = state->statements[STATEMENT_DROP];
        struct rows rows = {};
        const int64_t *row;
        int code = find_oldest(state, state->limit - state->limit / 8, &rows);

        vector_for_each(row, &rows.items) {
                if (code != SQLITE_OK)
                        break;
                bind_integer(drop, ":row", *row);
                code = execute(drop);
        }
        vector_clear(&rows.items);
        return code;
}

/* What is there already is not counted off, until all are counted. */
static int make_room(struct summary_cache_state *state, size_t size)
{
        int code = SQLITE_OK;

        if (state->until_count-- == 0)
                code = count_size(state);
        state->size += size;
        if (code == SQLITE_OK && state->size > state->limit) {
                code = count_size(state);
                state->size += size;
        }
        if (code == SQLITE_OK && state->size > state->limit)
                code = drop_oldest(state);
        return code;
}

static int insert(struct summary_cache_state *state, const char *identity, const char *path,
        const void *data, size_t size)
{
        sqlite3_stmt *save = state->statements[STATEMENT_SAVE];

        bind_text(save, ":identity", identity);
        bind_integer(save, ":format", SUMMARY_FORMAT);
        bind_text(save, ":path", path);
        bind_integer(save, ":size", (int64_t)size);
        bind_integer(save, ":used", time(NULL));
        bind_blob(save, ":summary", data, size);
        return execute(save);
}

static int save(
        void *context, const char *identity, const char *path, const void *data, size_t size)
{
        struct summary_cache_state *state = context;
        int code;

        if (state->closed)
                return -EROFS;
        if (size > state->limit / 8)
                return -EFBIG;
        code = begin(state);
        if (code == SQLITE_OK) {
                code = make_room(state, size);
                if (code == SQLITE_OK)
                        code = insert(state, identity, path, data, size);
                if (code == SQLITE_OK)
                        code = note_used(state);
                code = end(state, code);
        }
        if (code == SQLITE_OK) {
                state->used.count = 0;
                return 0;
        }
        state->until_count = 0;
        if ((code & 0xff) == SQLITE_BUSY)
                return -EBUSY;
        /* A full disk, for one, will be full for the next one too. */
        state->closed = true;
        return (code & 0xff) == SQLITE_FULL ? -ENOSPC : -EIO;
}

static int prepare(struct summary_cache_state *state)
{
        for (size_t i = 0; i < STATEMENT_COUNT; i++)
                if (sqlite3_prepare_v3(state->connection, statements[i], -1,
                            SQLITE_PREPARE_PERSISTENT, &state->statements[i], NULL) != SQLITE_OK)
                        return -ENOTSUP;
        return 0;
}

int store_summary_cache_of_size(struct store *store, uint64_t size, struct summary_cache *ret)
{
        CLEANUP(summary_cache_state_freep) struct summary_cache_state *state = NULL;
        int r;

        if (!store->summaries) {
                state = calloc(1, sizeof(*state));
                if (!state)
                        return -ENOMEM;
                state->closed = true;
                r = store_connect_again(store, &state->connection);
                if (r < 0)
                        return r;
                sqlite3_busy_timeout(state->connection, BUSY_TIMEOUT);
                sqlite3_exec(state->connection, SETTINGS, NULL, NULL, NULL);
                r = prepare(state);
                if (r < 0)
                        return r;
                state->closed = store->mode == STORE_READ;
                store->summaries = steal_pointer(state);
        }
        store->summaries->limit = size;
        *ret = (struct summary_cache){.load = load, .save = save, .context = store->summaries};
        return 0;
}

int store_summary_cache(struct store *store, struct summary_cache *ret)
{
        return store_summary_cache_of_size(store, SUMMARY_CACHE_SIZE, ret);
}
