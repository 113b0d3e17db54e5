/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/merge.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/strings.h"
#include "store/result-row.h"
#include "store/static-row.h"

void merge_report_clear(struct merge_report *report)
{
        strings_free(report->conflicts);
        *report = (struct merge_report){};
}

static void merge_clear(struct merge *merge)
{
        feature_rows_clear(&merge->features);
        merge_report_clear(&merge->report);
        store_close(merge->theirs);
}

int merge_conflict(struct merge *merge, const char *format, ...)
{
        CLEANUP_FREE char *line = NULL;
        va_list arguments;
        int r;

        va_start(arguments, format);
        r = vasprintf(&line, format, arguments);
        va_end(arguments);
        if (r < 0 || strings_add(&merge->report.conflicts, line) < 0)
                return error_errno(merge->error, ENOMEM, "%s", store_name(merge->ours));
        return 0;
}

/* Gives every feature of theirs a row of ours. */
static int map_features(struct merge *merge)
{
        struct feature_row *item;
        struct feature feature;
        int r;

        r = feature_rows_read(merge->theirs, &merge->features, merge->error);
        if (r < 0)
                return r;
        vector_for_each(item, &merge->features.rows) {
                if (feature_parse(item->feature.name, &feature, NULL) < 0)
                        return store_unknown_feature(merge->theirs, item->row, merge->error);
                r = store_feature(merge->ours, &feature, &item->feature, merge->error);
                if (r < 0)
                        return r;
        }
        return 0;
}

int64_t merge_feature(struct merge *merge, int64_t theirs)
{
        const struct known_feature *feature = feature_rows_find(&merge->features, theirs);

        if (!feature)
                return error_set(merge->error, EUCLEAN, "%s: the database is damaged",
                        store_name(merge->theirs));
        return feature->id;
}

static int merge_row(struct merge *merge, sqlite3_stmt *row, sqlite3_stmt *insert, bool has_feature)
{
        int64_t feature;

        for (int column = 0; column < sqlite3_column_count(row); column++)
                sqlite3_bind_value(insert, column + 2, sqlite3_column_value(row, column));
        if (has_feature) {
                feature = merge_feature(merge, sqlite3_column_int64(row, 0));
                if (feature < 0)
                        return (int)feature;
                sqlite3_bind_int64(insert, 2, feature);
        }
        return store_execute(merge->ours, insert, merge->error);
}

int merge_rows(struct merge *merge, const char *select, int64_t theirs, const char *insert,
        int64_t ours, bool has_feature)
{
        CLEANUP_STATEMENT sqlite3_stmt *rows = store_statement(merge->theirs, select, merge->error);
        sqlite3_stmt *statement = store_statement(merge->ours, insert, merge->error);
        int r;

        if (!rows || !statement)
                return -EIO;
        bind_integer(rows, ":id", theirs);
        sqlite3_bind_int64(statement, 1, ours);
        while ((r = store_step(merge->theirs, rows, merge->error)) > 0) {
                r = merge_row(merge, rows, statement, has_feature);
                if (r < 0)
                        break;
        }
        return r;
}

/* Applications and workloads may be there without a result. */
static int merge_names(struct merge *merge)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(merge->theirs,
                "SELECT a.name, w.name, w.kind FROM application a LEFT JOIN workload w ON "
                "w.application_id = a.id ORDER BY a.id, w.id",
                merge->error);
        int64_t id;
        int r;

        if (!select)
                return -EIO;
        while ((r = store_step(merge->theirs, select, merge->error)) > 0) {
                if (sqlite3_column_type(select, 1) == SQLITE_NULL)
                        id = store_application_id(
                                merge->ours, column_text(select, 0), merge->error);
                else
                        id = store_workload_id(merge->ours, column_text(select, 0),
                                column_text(select, 1), column_text(select, 2), merge->error);
                if (id < 0)
                        return (int)id;
        }
        return r;
}

static int merge_shape(
        struct merge *merge, const char *select, int64_t theirs, const char *insert, int64_t ours)
{
        CLEANUP_STATEMENT sqlite3_stmt *row = store_statement(merge->theirs, select, merge->error);
        sqlite3_stmt *statement = store_statement(merge->ours, insert, merge->error);
        int r;

        if (!row || !statement)
                return -EIO;
        bind_integer(row, ":id", theirs);
        r = store_step(merge->theirs, row, merge->error);
        if (r <= 0)
                return r;
        sqlite3_bind_int64(statement, 1, ours);
        for (int column = 1; column < sqlite3_column_count(row); column++)
                sqlite3_bind_value(statement, column + 1, sqlite3_column_value(row, column));
        r = store_execute(merge->ours, statement, merge->error);
        if (r < 0)
                return r;
        return merge_rows(merge,
                "SELECT number, text FROM loupedb_line WHERE shape_id = :id ORDER BY number",
                sqlite3_column_int64(row, 0),
                "INSERT INTO loupedb_line (shape_id, number, text) VALUES (?1, ?2, ?3)",
                sqlite3_last_insert_rowid(store_connection(merge->ours)), false);
}

/* What hangs on a result besides what it found. */
static int merge_details(struct merge *merge, int64_t theirs, int64_t ours)
{
        int r;

        r = merge_rows(merge, "SELECT feature_id, mode, effects FROM impact WHERE result_id = :id",
                theirs,
                "INSERT INTO impact (result_id, feature_id, mode, effects) VALUES (?1, ?2, ?3, ?4)",
                ours, true);
        if (r == 0)
                r = merge_rows(merge,
                        "SELECT ordinal, key, policy, outcome, record FROM run WHERE result_id = "
                        ":id ORDER BY ordinal",
                        theirs,
                        "INSERT INTO run (result_id, ordinal, key, policy, outcome, record) VALUES "
                        "(?1, ?2, ?3, ?4, ?5, ?6)",
                        ours, false);
        if (r == 0)
                r = merge_shape(merge,
                        "SELECT id, header, rows, final_newline FROM loupedb_shape WHERE result_id "
                        "= :id",
                        theirs,
                        "INSERT INTO loupedb_shape (result_id, header, rows, final_newline) VALUES "
                        "(?1, ?2, ?3, ?4)",
                        ours);
        return r;
}

#define RESULT_COLUMNS                                                                      \
        "r.id, a.name, w.name, w.kind, r.digest, r.origin, r.run, r.measured, r.version, "  \
        "r.executable, r.executable_digest, r.kernel, r.arch, r.libc, r.observer, r.cpus, " \
        "r.tool_version, r.settings, r.summary"

static struct result_row row_of(sqlite3_stmt *row, struct found *found)
{
        /* NULL stays NULL, and all of it stays until the next step. */
#define TEXT(column) ((const char *)sqlite3_column_text(row, column))
        return (struct result_row){
                .application = TEXT(1),
                .workload = TEXT(2),
                .kind = TEXT(3),
                .digest = TEXT(4),
                .origin = TEXT(5),
                .run = TEXT(6),
                .measured = sqlite3_column_int64(row, 7),
                .version = TEXT(8),
                .executable = TEXT(9),
                .executable_digest = TEXT(10),
                .kernel = TEXT(11),
                .arch = TEXT(12),
                .libc = TEXT(13),
                .observer = TEXT(14),
                .cpus = sqlite3_column_int64(row, 15),
                .tool_version = TEXT(16),
                .settings = TEXT(17),
                .summary = TEXT(18),
                .found = found,
        };
#undef TEXT
}

static int merge_result(struct merge *merge, sqlite3_stmt *select)
{
        CLEANUP_FOUND struct found found = {};
        const struct result_row row = row_of(select, &found);
        int64_t theirs = sqlite3_column_int64(select, 0), ours = 0;
        bool written = false;
        int r, stored;

        r = found_read(merge->theirs, theirs, &merge->features, &found, merge->error);
        if (r < 0)
                return r;
        stored = result_row_store(merge->ours, &row, &ours, &written, merge->error);
        if (stored < 0)
                return stored;
        if (written)
                r = merge_details(merge, theirs, ours);
        if (r == 0 && stored == STORED_DIFFERENT)
                r = merge_conflict(merge,
                        "%s, %s %s, run %s: the same measurement found something else; "
                        "both are kept",
                        row.application, row.kind, row.workload, row.run);
        if (stored == STORED_ALREADY)
                merge->report.known++;
        else
                merge->report.results++;
        return r;
}

static int merge_results(struct merge *merge)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(merge->theirs,
                "SELECT " RESULT_COLUMNS " FROM result r JOIN workload w ON w.id = r.workload_id "
                "JOIN application a ON a.id = w.application_id ORDER BY r.id",
                merge->error);
        int r;

        if (!select)
                return -EIO;
        while ((r = store_step(merge->theirs, select, merge->error)) > 0) {
                r = merge_result(merge, select);
                if (r < 0)
                        break;
        }
        return r;
}

/* The row's application, and its workload where it has one. */
static int merge_static_owner(struct merge *merge, sqlite3_stmt *row, struct static_row *ret)
{
        ret->application = store_application_id(merge->ours, column_text(row, 1), merge->error);
        if (ret->application >= 0 && sqlite3_column_type(row, 2) != SQLITE_NULL)
                ret->workload = store_workload_id(merge->ours, column_text(row, 1),
                        column_text(row, 2), column_text(row, 3), merge->error);
        return ret->application < 0 ? (int)ret->application
               : ret->workload < 0  ? (int)ret->workload
                                    : 0;
}

static int merge_static(struct merge *merge, sqlite3_stmt *row)
{
        /* NULL stays NULL, and all of it stays until the next step. */
#define TEXT(column) ((const char *)sqlite3_column_text(row, column))
        struct static_row theirs = {
                .run = TEXT(4),
                .method = TEXT(5),
                .content = TEXT(6),
                .measured = sqlite3_column_int64(row, 7),
                .origin = TEXT(8),
                .executable = TEXT(9),
                .executable_digest = TEXT(10),
                .complete = sqlite3_column_type(row, 11) == SQLITE_NULL
                                    ? -1
                                    : sqlite3_column_int(row, 11),
                .unknown = TEXT(12),
                .tool_version = TEXT(13),
        };
#undef TEXT
        int64_t id = sqlite3_column_int64(row, 0), ours;
        int r;

        r = merge_static_owner(merge, row, &theirs);
        if (r == 0)
                r = static_row_put(merge->ours, &theirs, &ours, merge->error);
        if (r < 0)
                return r;
        merge->report.known += r == 0;
        merge->report.statics += r > 0;
        if (r == 0)
                return 0;
        r = merge_rows(merge, "SELECT feature_id FROM static_feature WHERE static_id = :id", id,
                "INSERT INTO static_feature (static_id, feature_id) VALUES (?1, ?2)", ours, true);
        if (r < 0)
                return r;
        return merge_shape(merge,
                "SELECT id, header, rows, final_newline FROM loupedb_shape WHERE static_id = :id",
                id,
                "INSERT INTO loupedb_shape (static_id, header, rows, final_newline) VALUES (?1, "
                "?2, ?3, ?4)",
                ours);
}

static int merge_statics(struct merge *merge)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(merge->theirs,
                "SELECT s.id, a.name, w.name, w.kind, s.run, s.method, s.content, s.measured, "
                "s.origin, s.executable, s.executable_digest, s.complete, s.unknown, "
                "s.tool_version FROM static_result s JOIN application a ON a.id = "
                "s.application_id LEFT JOIN workload w ON w.id = s.workload_id ORDER BY s.id",
                merge->error);
        int r;

        if (!select)
                return -EIO;
        while ((r = store_step(merge->theirs, select, merge->error)) > 0) {
                r = merge_static(merge, select);
                if (r < 0)
                        break;
        }
        return r;
}

static int merge_all(struct merge *merge)
{
        static int (*const parts[])(struct merge * merge) = {
                map_features,
                merge_names,
                merge_results,
                merge_statics,
                merge_profiles,
                merge_proofs,
        };
        int r = 0;

        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(parts); i++)
                r = parts[i](merge);
        return r;
}

/* Rows that say nothing sound are not taken into a database that is. */
static int check_other(struct merge *merge)
{
        CLEANUP_STRINGS char **faults = NULL;
        int r = store_verify(merge->theirs, &faults, merge->error);

        if (r == 0 && faults && faults[0])
                return error_set(merge->error, EUCLEAN,
                        "%s: it is damaged, and nothing was merged: %s", store_name(merge->theirs),
                        faults[0]);
        return r;
}

static int merge_between(struct merge *merge)
{
        int r = store_begin_reading(merge->theirs, merge->error);

        if (r < 0)
                return r;
        r = check_other(merge);
        if (r == 0)
                r = store_begin(merge->ours, merge->error);
        if (r == 0)
                r = store_end(merge->ours, merge_all(merge), merge->error);
        return store_end(merge->theirs, r, merge->error);
}

int store_merge(
        struct store *store, const char *path, struct merge_report *ret, struct error *error)
{
        CLEANUP(merge_clear) struct merge merge = {.ours = store, .error = error};
        int r;

        r = store_open(path, STORE_READ, &merge.theirs, error);
        /* Advice on how to make a database is none here. */
        if (r == -ENOENT)
                return error_errno(error, ENOENT, "%s", path);
        if (r == 0)
                r = merge_between(&merge);
        if (r < 0)
                return r;
        *ret = merge.report;
        merge.report = (struct merge_report){};
        return 0;
}
