/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/strings.h"
#include "store/contents.h"
#include "store/found-rows.h"
#include "store/schema.h"
#include "store/static-row.h"

struct verification {
        struct store *store;
        struct feature_rows features;
        char **faults;
        struct error *error;
};

static void verification_clear(struct verification *verification)
{
        feature_rows_clear(&verification->features);
        strings_free(verification->faults);
}

static int add_fault(struct verification *verification, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

static int add_fault(struct verification *verification, const char *format, ...)
{
        CLEANUP_FREE char *line = NULL;
        va_list arguments;
        int r;

        va_start(arguments, format);
        r = vasprintf(&line, format, arguments);
        va_end(arguments);
        if (r < 0 || strings_add(&verification->faults, line) < 0)
                return error_errno(
                        verification->error, ENOMEM, "%s", store_name(verification->store));
        return 0;
}

/* SQLite's own look at pages, indexes and the rows' constraints. */
static int check_structure(struct verification *verification)
{
        CLEANUP_STATEMENT sqlite3_stmt *check =
                store_statement(verification->store, "PRAGMA integrity_check", verification->error);
        int r;

        if (!check)
                return -EIO;
        while ((r = store_step(verification->store, check, verification->error)) > 0) {
                if (strcmp(column_text(check, 0), "ok") == 0)
                        continue;
                r = add_fault(verification, "structure: %s", column_text(check, 0));
                if (r < 0)
                        return r;
        }
        return r;
}

static void connection_closep(sqlite3 **connection)
{
        sqlite3_close(*connection);
}

static void statement_finalizep(sqlite3_stmt **statement)
{
        sqlite3_finalize(*statement);
}

/* 1 where the database has the table or index in the row, which is (type, name). */
static int has_part(struct verification *verification, sqlite3_stmt *row)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(verification->store,
                "SELECT 1 FROM sqlite_schema WHERE type = :type AND name = :name",
                verification->error);

        if (!select)
                return -EIO;
        bind_text(select, ":type", column_text(row, 0));
        bind_text(select, ":name", column_text(row, 1));
        return store_step(verification->store, select, verification->error);
}

/* Whether all tables and indexes are there that a new database has. */
static int check_parts(struct verification *verification)
{
        CLEANUP(connection_closep) sqlite3 *fresh = NULL;
        CLEANUP(statement_finalizep) sqlite3_stmt *parts = NULL;
        bool missing = false;
        int r;

        if (sqlite3_open(":memory:", &fresh) != SQLITE_OK ||
                sqlite3_exec(fresh, schema_current.sql, NULL, NULL, NULL) != SQLITE_OK ||
                sqlite3_prepare_v2(fresh, "SELECT type, name FROM sqlite_schema ORDER BY name", -1,
                        &parts, NULL) != SQLITE_OK)
                return error_errno(
                        verification->error, ENOMEM, "%s", store_name(verification->store));
        while (sqlite3_step(parts) == SQLITE_ROW) {
                r = has_part(verification, parts);
                if (r == 0)
                        r = add_fault(verification, "structure: the %s %s is missing",
                                column_text(parts, 0), column_text(parts, 1));
                else if (r > 0)
                        continue;
                if (r < 0)
                        return r;
                missing |= strcmp(column_text(parts, 0), "table") == 0;
        }
        /* What else there is to look at takes all tables for granted. */
        return missing ? -EUCLEAN : 0;
}

static int check_references(struct verification *verification)
{
        CLEANUP_STATEMENT sqlite3_stmt *check = store_statement(
                verification->store, "PRAGMA foreign_key_check", verification->error);
        int r;

        if (!check)
                return -EIO;
        while ((r = store_step(verification->store, check, verification->error)) > 0) {
                /* Tables without numbers of rows do not tell which. */
                if (sqlite3_column_type(check, 1) == SQLITE_NULL)
                        r = add_fault(verification, "%s: a row refers to nothing in %s",
                                column_text(check, 0), column_text(check, 2));
                else
                        r = add_fault(verification, "%s: row %s refers to nothing in %s",
                                column_text(check, 0), column_text(check, 1),
                                column_text(check, 2));
                if (r < 0)
                        return r;
        }
        return r;
}

/* What one query, of the numbers of rows, must not find. */
struct row_check {
        const char *sql, *fault;
};

static int check_rows(struct verification *verification, const char *what,
        const struct row_check *checks, size_t count)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < count; i++) {
                CLEANUP_STATEMENT sqlite3_stmt *check =
                        store_statement(verification->store, checks[i].sql, verification->error);

                if (!check)
                        return -EIO;
                while ((r = store_step(verification->store, check, verification->error)) > 0) {
                        r = add_fault(verification, "%s %lld: %s", what,
                                (long long)sqlite3_column_int64(check, 0), checks[i].fault);
                        if (r < 0)
                                return r;
                }
        }
        return r;
}

/* What is kept as JSON, and runs that are missing. */
static int check_details(struct verification *verification)
{
        static const struct row_check checks[] = {
                {"SELECT id FROM result WHERE NOT json_valid(coalesce(settings, '{}'))",
                        "its settings are no JSON"},
                {"SELECT id FROM result WHERE NOT json_valid(coalesce(summary, '{}'))",
                        "its summary is no JSON"},
                {"SELECT DISTINCT result_id FROM verdict WHERE evidence IS NOT NULL AND NOT "
                 "json_valid(evidence)",
                        "the evidence of a verdict is no JSON"},
                {"SELECT DISTINCT result_id FROM impact WHERE NOT json_valid(effects)",
                        "an impact is no JSON"},
                {"SELECT DISTINCT result_id FROM run WHERE NOT json_valid(record)",
                        "the record of a run is no JSON"},
                {"SELECT result_id FROM run GROUP BY result_id HAVING min(ordinal) <> 0 OR "
                 "max(ordinal) <> count(*) - 1",
                        "its runs are not numbered from 0 on"},
        };

        return check_rows(verification, "result", checks, ARRAY_SIZE(checks));
}

static int check_result(struct verification *verification, sqlite3_stmt *row)
{
        CLEANUP_FOUND struct found found = {};
        CLEANUP_FREE uint8_t *packed = NULL;
        long long id = sqlite3_column_int64(row, 0);
        char content[DIGEST_TEXT_SIZE];
        struct error problem = {};
        size_t size;
        int r;

        r = found_read(verification->store, id, &verification->features, &found, &problem);
        if (r == -EUCLEAN)
                return add_fault(verification, "%s", problem.message);
        if (r < 0)
                return error_set(verification->error, -r, "%s", problem.message);
        if (found_digest(&found, content) < 0 || !(packed = found_pack(&found, &size)))
                return error_errno(
                        verification->error, ENOMEM, "%s", store_name(verification->store));
        if (strcmp(content, column_text(row, 1)) != 0)
                r = add_fault(
                        verification, "result %lld: its digest is not that of what it found", id);
        if (r == 0 && (sqlite3_column_bytes(row, 2) != (int)size ||
                              memcmp(sqlite3_column_blob(row, 2), packed, size) != 0))
                r = add_fault(verification,
                        "result %lld: the packed findings differ from its verdicts and conflicts",
                        id);
        return r;
}

static int check_results(struct verification *verification)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(verification->store,
                "SELECT id, content, findings FROM result ORDER BY id", verification->error);
        int r;

        if (!select)
                return -EIO;
        r = feature_rows_read(verification->store, &verification->features, verification->error);
        if (r < 0)
                return r;
        while ((r = store_step(verification->store, select, verification->error)) > 0) {
                r = check_result(verification, select);
                if (r < 0)
                        break;
        }
        return r;
}

static int check_static(struct verification *verification, sqlite3_stmt *row)
{
        long long id = sqlite3_column_int64(row, 0);
        char content[DIGEST_TEXT_SIZE];
        int r = static_row_digest(verification->store, id, content, verification->error);

        if (r < 0 || strcmp(content, column_text(row, 1)) == 0)
                return r;
        return add_fault(
                verification, "static result %lld: its digest is not that of what it found", id);
}

static int check_statics(struct verification *verification)
{
        static const struct row_check checks[] = {
                {"SELECT s.id FROM static_result s JOIN workload w ON w.id = s.workload_id WHERE "
                 "w.application_id <> s.application_id",
                        "its workload is another application's"},
                {"SELECT id FROM static_result WHERE NOT json_valid(coalesce(unknown, '[]'))",
                        "its unknown sites are no JSON"},
        };
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(verification->store,
                "SELECT id, content FROM static_result ORDER BY id", verification->error);
        int r;

        if (!select)
                return -EIO;
        r = check_rows(verification, "static result", checks, ARRAY_SIZE(checks));
        if (r < 0)
                return r;
        while ((r = store_step(verification->store, select, verification->error)) > 0) {
                r = check_static(verification, select);
                if (r < 0)
                        break;
        }
        return r;
}

static int verify(struct verification *verification)
{
        static int (*const checks[])(struct verification * verification) = {
                check_structure,
                check_parts,
                check_references,
                check_details,
                check_results,
                check_statics,
        };
        int r = 0;

        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(checks); i++)
                r = checks[i](verification);
        /* Where the structure is damaged, looking further ends there. */
        if (r == -EUCLEAN || (r == -EIO && verification->faults))
                r = add_fault(verification, "the rest cannot be read");
        return r;
}

int store_verify(struct store *store, char ***ret_faults, struct error *error)
{
        CLEANUP(verification_clear)
        struct verification verification = {.store = store, .error = error};
        int r;

        r = store_begin_reading(store, error);
        if (r < 0)
                return r;
        r = store_end(store, verify(&verification), error);
        if (r == 0)
                *ret_faults = steal_pointer(verification.faults);
        return r;
}
