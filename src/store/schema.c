/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/schema.h"

#include <errno.h>
#include <stdio.h>

static const struct schema_step steps[] = {
        {2, store_step_2},
        {3, store_step_3},
        {},
};

const struct schema schema_current = {
        .sql = store_schema,
        .version = 3,
        .steps = steps,
};

/* The one number that a statement returns. Returns 0 or a negative SQLite code. */
static int number_of(sqlite3 *connection, const char *sql, int *ret)
{
        sqlite3_stmt *statement = NULL;
        int r;

        r = sqlite3_prepare_v2(connection, sql, -1, &statement, NULL);
        if (r == SQLITE_OK)
                r = sqlite3_step(statement);
        if (r == SQLITE_ROW)
                *ret = sqlite3_column_int(statement, 0);
        sqlite3_finalize(statement);
        return r == SQLITE_ROW ? 0 : -(r == SQLITE_DONE ? SQLITE_ERROR : r);
}

static int execute(sqlite3 *connection, const char *sql)
{
        return -sqlite3_exec(connection, sql, NULL, NULL, NULL);
}

/* What tells whose a database is. */
struct marks {
        int application, version, tables;
};

static int read_marks(sqlite3 *connection, struct marks *ret)
{
        int r = number_of(connection, "PRAGMA application_id", &ret->application);

        if (r == 0)
                r = number_of(connection, "PRAGMA user_version", &ret->version);
        if (r == 0)
                r = number_of(connection, "SELECT count(*) FROM sqlite_schema", &ret->tables);
        return r;
}

/* All at one moment: another process may just be making the database. */
static int read_marks_at_once(sqlite3 *connection, struct marks *ret)
{
        int r;

        if (!sqlite3_get_autocommit(connection))
                return read_marks(connection, ret);
        r = execute(connection, "BEGIN");
        if (r < 0)
                return r;
        r = read_marks(connection, ret);
        if (!sqlite3_get_autocommit(connection))
                sqlite3_exec(connection, "ROLLBACK", NULL, NULL, NULL);
        return r;
}

int schema_look(sqlite3 *connection, const struct schema *schema, int *ret_version)
{
        struct marks marks = {};
        int r = read_marks_at_once(connection, &marks);

        if (r < 0)
                return r;
        *ret_version = marks.version;
        if (marks.application == 0 && marks.version == 0 && marks.tables == 0)
                return SCHEMA_EMPTY;
        if (marks.application != STORE_APPLICATION_ID || marks.version <= 0)
                return SCHEMA_FOREIGN;
        if (marks.version > schema->version)
                return SCHEMA_NEWER;
        return marks.version < schema->version ? SCHEMA_OLDER : SCHEMA_CURRENT;
}

static int set_version(sqlite3 *connection, int version)
{
        char sql[96];

        snprintf(sql, sizeof(sql), "PRAGMA application_id = %d; PRAGMA user_version = %d",
                STORE_APPLICATION_ID, version);
        return execute(connection, sql);
}

/* Keeps the connection's message, which undoing would replace. Returns `result`. */
static int report(sqlite3 *connection, int result, int step, struct error *error)
{
        if (step > 0)
                error_set(error, EIO, "making version %d: %s", step, sqlite3_errmsg(connection));
        else
                error_set(error, EIO, "%s", sqlite3_errmsg(connection));
        return result;
}

/* Within a transaction. `*ret_step` is the version that is being made. */
static int carry_out(sqlite3 *connection, const struct schema *schema, int *ret_step)
{
        int version, state, r = 0;

        state = schema_look(connection, schema, &version);
        if (state < 0)
                return state;
        if (state == SCHEMA_EMPTY) {
                *ret_step = schema->version;
                r = execute(connection, schema->sql);
        }
        for (const struct schema_step *step = schema->steps; state == SCHEMA_OLDER && step->version;
                step++) {
                if (step->version <= version)
                        continue;
                *ret_step = step->version;
                r = execute(connection, step->sql);
                if (r < 0)
                        return r;
        }
        if (r < 0 || (state != SCHEMA_EMPTY && state != SCHEMA_OLDER))
                return r;
        return set_version(connection, schema->version);
}

static int update(sqlite3 *connection, const struct schema *schema, struct error *error)
{
        int step = 0, r;

        r = execute(connection, "BEGIN IMMEDIATE");
        if (r < 0)
                return report(connection, r, step, error);
        r = carry_out(connection, schema, &step);
        if (r == 0)
                r = execute(connection, "COMMIT");
        if (r < 0)
                report(connection, r, step, error);
        /* A full disk, for one, makes SQLite undo everything by itself. */
        if (r < 0 && !sqlite3_get_autocommit(connection))
                sqlite3_exec(connection, "ROLLBACK", NULL, NULL, NULL);
        return r;
}

int schema_update(sqlite3 *connection, const struct schema *schema, struct error *error)
{
        int enforced = 0, r;

        r = number_of(connection, "PRAGMA foreign_keys", &enforced);
        if (r == 0)
                r = execute(connection, "PRAGMA foreign_keys = OFF");
        if (r < 0)
                return report(connection, r, 0, error);
        r = update(connection, schema, error);
        if (enforced && execute(connection, "PRAGMA foreign_keys = ON") < 0 && r == 0)
                r = report(connection, -SQLITE_ERROR, 0, error);
        return r;
}
