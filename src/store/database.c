/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/database.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "store/connection.h"
#include "store/feature-ids.h"

sqlite3 *store_connection(struct store *store)
{
        return store->connection;
}

struct feature_ids *store_features(struct store *store)
{
        return store->features;
}

/* What a code of SQLite is as an errno; 0 for those that only the system's errno explains. */
static int errno_of(int code)
{
        static const struct {
                int code, number;
        } table[] = {
                {SQLITE_FULL, ENOSPC},
                {SQLITE_BUSY, EBUSY},
                {SQLITE_LOCKED, EBUSY},
                {SQLITE_READONLY, EROFS},
                {SQLITE_PERM, EACCES},
                {SQLITE_AUTH, EACCES},
                {SQLITE_CORRUPT, EUCLEAN},
                {SQLITE_NOTADB, EINVAL},
                {SQLITE_NOMEM, ENOMEM},
                {SQLITE_CONSTRAINT, EEXIST},
                {SQLITE_TOOBIG, EFBIG},
                {SQLITE_INTERRUPT, EINTR},
        };

        for (size_t i = 0; i < ARRAY_SIZE(table); i++)
                if (table[i].code == (code & 0xff))
                        return table[i].number;
        return 0;
}

int connection_failure(sqlite3 *connection, const char *path, struct error *error)
{
        int code = sqlite3_extended_errcode(connection), number = errno_of(code);
        int reason = sqlite3_system_errno(connection);

        if (number == ENOSPC || (number == 0 && reason == ENOSPC))
                return error_set(error, ENOSPC, "%s: the disk is full", path);
        if (number == EBUSY)
                return error_set(error, EBUSY, "%s: another process keeps it locked", path);
        if (number == EUCLEAN)
                return error_set(error, EUCLEAN,
                        "%s: the database is damaged (%s): `loupe db verify` tells more", path,
                        sqlite3_errmsg(connection));
        if (number == 0 && reason > 0)
                return error_errno(error, reason, "%s: %s", path, sqlite3_errmsg(connection));
        return error_set(error, number ? number : EIO, "%s: %s", path, sqlite3_errmsg(connection));
}

int store_failure(struct store *store, struct error *error)
{
        return connection_failure(store->connection, store->path, error);
}

sqlite3_stmt *store_statement(struct store *store, const char *sql, struct error *error)
{
        struct kept_statement *kept;
        sqlite3_stmt *statement;

        vector_for_each(kept, &store->statements) {
                if (kept->sql != sql && strcmp(kept->sql, sql) != 0)
                        continue;
                sqlite3_reset(kept->statement);
                sqlite3_clear_bindings(kept->statement);
                return kept->statement;
        }
        if (sqlite3_prepare_v3(store->connection, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                    NULL) != SQLITE_OK) {
                store_failure(store, error);
                return NULL;
        }
        kept = vector_add(&store->statements);
        if (!kept) {
                sqlite3_finalize(statement);
                error_errno(error, ENOMEM, "%s", store->path);
                return NULL;
        }
        *kept = (struct kept_statement){sql, statement};
        return statement;
}

int store_step(struct store *store, sqlite3_stmt *statement, struct error *error)
{
        switch (sqlite3_step(statement)) {
        case SQLITE_ROW:
                return 1;
        case SQLITE_DONE:
                return 0;
        default:
                return store_failure(store, error);
        }
}

int store_execute(struct store *store, sqlite3_stmt *statement, struct error *error)
{
        int r = store_step(store, statement, error);

        sqlite3_reset(statement);
        return r < 0 ? r : 0;
}

int store_run(struct store *store, const char *sql, struct error *error)
{
        if (sqlite3_exec(store->connection, sql, NULL, NULL, NULL) != SQLITE_OK)
                return store_failure(store, error);
        return 0;
}

static int parameter(sqlite3_stmt *statement, const char *name)
{
        int index = sqlite3_bind_parameter_index(statement, name);

        assert(index > 0);
        return index;
}

void bind_text(sqlite3_stmt *statement, const char *name, const char *text)
{
        sqlite3_bind_text(statement, parameter(statement, name), text, -1, SQLITE_STATIC);
}

void bind_integer(sqlite3_stmt *statement, const char *name, int64_t value)
{
        sqlite3_bind_int64(statement, parameter(statement, name), value);
}

void bind_blob(sqlite3_stmt *statement, const char *name, const void *data, size_t size)
{
        sqlite3_bind_blob64(statement, parameter(statement, name), data, size, SQLITE_STATIC);
}

const char *column_text(sqlite3_stmt *statement, int column)
{
        const unsigned char *text = sqlite3_column_text(statement, column);

        return text ? (const char *)text : "";
}

int column_copy(sqlite3_stmt *statement, int column, char **ret)
{
        const unsigned char *text = sqlite3_column_text(statement, column);
        char *copy = text ? strdup((const char *)text) : NULL;

        if (!copy && sqlite3_column_type(statement, column) != SQLITE_NULL)
                return -ENOMEM;
        *ret = copy;
        return 0;
}

static int begin(struct store *store, const char *sql, struct error *error)
{
        int r = 0;

        if (store->depth == 0)
                r = store_run(store, sql, error);
        if (r == 0)
                store->depth++;
        return r;
}

int store_begin(struct store *store, struct error *error)
{
        return begin(store, "BEGIN IMMEDIATE", error);
}

int store_begin_reading(struct store *store, struct error *error)
{
        return begin(store, "BEGIN", error);
}

/* Statements that were left in the middle would keep the transaction open. */
static void reset_statements(struct store *store)
{
        struct kept_statement *kept;

        vector_for_each(kept, &store->statements)
                sqlite3_reset(kept->statement);
}

int store_end(struct store *store, int result, struct error *error)
{
        int r;

        if (store->depth > 1) {
                store->depth--;
                if (result < 0 && store->undone == 0)
                        store->undone = result;
                return result;
        }
        store->depth = 0;
        reset_statements(store);
        if (result >= 0 && store->undone < 0)
                result = error_set(error, -store->undone,
                        "%s: nothing was changed, as a part of it failed", store->path);
        store->undone = 0;
        if (result >= 0) {
                r = store_run(store, "COMMIT", error);
                if (r == 0)
                        return result;
                result = r;
        }
        if (!sqlite3_get_autocommit(store->connection))
                sqlite3_exec(store->connection, "ROLLBACK", NULL, NULL, NULL);
        feature_ids_forget(store->features);
        return result;
}
