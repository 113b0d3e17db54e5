/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "store/result-row.h"
#include "store/static-row.h"
#include "store/statics.h"

/* Digits of the executable's digest that tell runs apart. */
#define RUN_DIGITS 12

/*
 * The application of the last result of an executable, 0 where there is none, or -errno. `sql` has
 * :executable and :name.
 */
static int64_t find_measured(struct store *store, const char *sql, const char *executable,
        const char *name, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store, sql, error);
        int r;

        if (!select)
                return -EIO;
        bind_text(select, ":executable", executable);
        bind_text(select, ":name", name);
        r = store_step(store, select, error);
        return r > 0 ? sqlite3_column_int64(select, 0) : r;
}

#define APPLICATION_OF_RESULT                                                \
        "SELECT a.id FROM result r JOIN workload w ON w.id = r.workload_id " \
        "JOIN application a ON a.id = w.application_id WHERE "

#define NAMESAKE_OR_LAST " ORDER BY a.name = :name DESC, r.measured DESC, r.id DESC LIMIT 1"

static int64_t find_application(
        struct store *store, const struct static_record *record, struct error *error)
{
        const char *name = basename(record->executable);
        int64_t id;

        if (record->application)
                return store_application_id(store, record->application, error);
        id = find_measured(store,
                APPLICATION_OF_RESULT "r.executable_digest = :executable" NAMESAKE_OR_LAST,
                record->executable_digest, name, error);
        if (id == 0)
                id = find_measured(store,
                        APPLICATION_OF_RESULT "r.executable = :executable" NAMESAKE_OR_LAST,
                        record->executable, name, error);
        return id == 0 ? store_application_id(store, name, error) : id;
}

/* Whether anything else is known of the same executable: 1, 0, or -errno. */
static int find_other(struct store *store, const struct static_row *row, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store,
                "SELECT 1 FROM static_result WHERE application_id = :application AND "
                "ifnull(workload_id, 0) = :workload AND run = :run AND method = :method AND "
                "content <> :content",
                error);

        if (!select)
                return -EIO;
        bind_integer(select, ":application", row->application);
        bind_integer(select, ":workload", row->workload);
        bind_text(select, ":run", row->run);
        bind_text(select, ":method", row->method);
        bind_text(select, ":content", row->content);
        return store_step(store, select, error);
}

/* Whether the same result is there, of the same file by the same loupe: 1, 0, or -errno. */
static int find_same(struct store *store, const struct static_row *row, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store,
                "SELECT 1 FROM static_result WHERE application_id = :application AND "
                "ifnull(workload_id, 0) = :workload AND run = :run AND method = :method AND "
                "content = :content AND executable = :executable AND tool_version = :tool_version",
                error);

        if (!select)
                return -EIO;
        bind_integer(select, ":application", row->application);
        bind_integer(select, ":workload", row->workload);
        bind_text(select, ":run", row->run);
        bind_text(select, ":method", row->method);
        bind_text(select, ":content", row->content);
        bind_text(select, ":executable", row->executable);
        bind_text(select, ":tool_version", row->tool_version);
        return store_step(store, select, error);
}

/*
 * Where nothing else is known of the executable, that the same was found once more tells nothing:
 * it is not written down, which would take longer than to find it. Otherwise it tells which of
 * them is the last.
 */
static int store_row(struct store *store, const struct static_row *row,
        const struct static_found *found, struct error *error)
{
        int64_t id;
        int r, other, new;

        other = find_other(store, row, error);
        if (other < 0)
                return other;
        r = other ? 0 : find_same(store, row, error);
        if (r != 0)
                return r < 0 ? r : STORED_ALREADY;
        new = static_row_put(store, row, &id, error);
        if (new < 0)
                return new;
        if (!new)
                return STORED_ALREADY;
        r = static_row_put_features(store, id, found, error);
        if (r < 0)
                return r;
        return other ? STORED_DIFFERENT : STORED_NEW;
}

static int64_t find_workload(struct store *store, const struct static_record *record,
        int64_t application, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = NULL;
        int r;

        if (!record->workload)
                return 0;
        select = store_statement(
                store, "SELECT name FROM application WHERE id = :application", error);
        if (!select)
                return -EIO;
        bind_integer(select, ":application", application);
        r = store_step(store, select, error);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        return store_workload_id(store, column_text(select, 0), record->workload,
                workload_kind_name(record->kind), error);
}

/* What the record says was found. The features stay the record's. */
static struct static_found found_of(const struct static_record *record)
{
        struct static_found found = {
                .complete = record->complete, .unknown = record->unknown_sites};

        found.features.items = (struct feature *)record->features;
        found.features.count = record->feature_count;
        return found;
}

static int add(struct store *store, const struct static_record *record, struct error *error)
{
        const struct static_found found = found_of(record);
        char content[DIGEST_TEXT_SIZE], run[RUN_DIGITS + 1];
        struct static_row row = {
                .run = run,
                .method = static_method_name(record->method),
                .origin = "analysis",
                .content = content,
                .measured = record->measured,
                .executable = record->executable,
                .executable_digest = record->executable_digest,
                .complete = record->complete,
                .unknown = record->unknown_sites,
                .tool_version = LOUPE_VERSION,
        };

        if (strlen(record->executable_digest) != DIGEST_TEXT_SIZE - 1)
                return error_set(error, EINVAL, "%s: no digest", record->executable);
        memcpy(run, record->executable_digest, RUN_DIGITS);
        run[RUN_DIGITS] = '\0';
        if (static_found_digest(&found, content) < 0)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        row.application = find_application(store, record, error);
        if (row.application < 0)
                return (int)row.application;
        row.workload = find_workload(store, record, row.application, error);
        if (row.workload < 0)
                return (int)row.workload;
        return store_row(store, &row, &found, error);
}

static int add_all(struct store *store, const struct static_record *records, size_t count,
        enum stored *ret_stored, struct error *error)
{
        int r;

        for (size_t i = 0; i < count; i++) {
                r = add(store, &records[i], error);
                if (r < 0)
                        return r;
                if (ret_stored)
                        ret_stored[i] = (enum stored)r;
        }
        return 0;
}

int store_add_statics(struct store *store, const struct static_record *records, size_t count,
        enum stored *ret_stored, struct error *error)
{
        int r = store_begin(store, error);

        if (r < 0)
                return r;
        return store_end(store, add_all(store, records, count, ret_stored, error), error);
}

int store_add_static(struct store *store, const struct static_record *record, struct error *error)
{
        enum stored stored;
        int r = store_add_statics(store, record, 1, &stored, error);

        return r < 0 ? r : (int)stored;
}
