/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/found-rows.h"

#include <errno.h>
#include <string.h>

void feature_rows_clear(struct feature_rows *rows)
{
        vector_clear(&rows->rows);
        free(rows->names);
        *rows = (struct feature_rows){};
}

/* The names' lengths with their ends. */
static int measure_names(struct store *store, size_t *ret, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store,
                "SELECT coalesce(sum(length(CAST(name AS BLOB)) + 1), 0) FROM feature WHERE id > 0",
                error);
        int r;

        if (!select)
                return -EIO;
        r = store_step(store, select, error);
        if (r <= 0)
                return r;
        *ret = sqlite3_column_int64(select, 0);
        return 0;
}

int feature_rows_read(struct store *store, struct feature_rows *ret, struct error *error)
{
        CLEANUP_FEATURE_ROWS struct feature_rows rows = {};
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(
                store, "SELECT id, name FROM feature WHERE id > 0 ORDER BY id", error);
        struct feature_row *row;
        size_t size = 0;
        char *end;
        int r;

        if (!select)
                return -EIO;
        r = measure_names(store, &size, error);
        if (r < 0)
                return r;
        rows.names = end = malloc(size + 1);
        if (!rows.names)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        while ((r = store_step(store, select, error)) > 0) {
                row = vector_add(&rows.rows);
                if (!row)
                        return error_errno(error, ENOMEM, "%s", store_name(store));
                row->row = row->feature.id = sqlite3_column_int64(select, 0);
                row->feature.name = end;
                end = stpcpy(end, column_text(select, 1)) + 1;
        }
        if (r < 0)
                return r;
        *ret = rows;
        rows = (struct feature_rows){};
        return 0;
}

static int damaged(struct store *store, int64_t result, const char *what, struct error *error)
{
        return error_set(
                error, EUCLEAN, "%s: result %lld: %s", store_name(store), (long long)result, what);
}

/* The feature in the first column of a row. */
static int feature_in(struct store *store, int64_t result, sqlite3_stmt *row,
        const struct feature_rows *features, struct known_feature *ret, struct error *error)
{
        const struct known_feature *feature =
                feature_rows_find(features, sqlite3_column_int64(row, 0));

        if (!feature)
                return damaged(store, result, "a feature is not in the table of features", error);
        *ret = *feature;
        return 0;
}

static int add_verdict(struct store *store, int64_t result, sqlite3_stmt *row,
        const struct feature_rows *features, struct found *found, struct error *error)
{
        struct found_verdict *verdict = vector_add(&found->verdicts);
        int r;

        if (!verdict)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        r = feature_in(store, result, row, features, &verdict->feature, error);
        if (r < 0)
                return r;
        if (verdict_parse(column_text(row, 1), &verdict->verdict, NULL) < 0)
                return damaged(store, result, "a verdict is none of the words for it", error);
        verdict->count =
                sqlite3_column_type(row, 2) == SQLITE_NULL ? -1 : sqlite3_column_int64(row, 2);
        r = column_copy(row, 3, &verdict->evidence);
        return r < 0 ? error_errno(error, -r, "%s", store_name(store)) : 0;
}

static int add_joint(struct store *store, int64_t result, sqlite3_stmt *row,
        const struct feature_rows *features, struct found *found, struct error *error)
{
        struct found_joint *joint = vector_add(&found->joint);

        if (!joint)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        joint->mode = strcmp(column_text(row, 1), "stub") == 0 ? "stub" : "fake";
        return feature_in(store, result, row, features, &joint->feature, error);
}

/* Rows of one conflict follow each other. */
static int add_conflict(struct store *store, int64_t result, sqlite3_stmt *row,
        const struct feature_rows *features, struct found *found, struct error *error)
{
        size_t ordinal = sqlite3_column_int64(row, 1);
        struct known_feature *feature;

        if (ordinal > found->conflicts.count || ordinal + 1 < found->conflicts.count)
                return damaged(store, result, "the conflicts are not numbered from 0 on", error);
        if (ordinal == found->conflicts.count && !vector_add(&found->conflicts))
                return error_errno(error, ENOMEM, "%s", store_name(store));
        feature = vector_add(&found->conflicts.items[ordinal].features);
        if (!feature)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        return feature_in(store, result, row, features, feature, error);
}

int found_read(struct store *store, int64_t result, const struct feature_rows *features,
        struct found *ret, struct error *error)
{
        static const struct {
                const char *sql;
                int (*add)(struct store *store, int64_t result, sqlite3_stmt *row,
                        const struct feature_rows *features, struct found *found,
                        struct error *error);
        } parts[] = {
                {"SELECT feature_id, verdict, count, evidence FROM verdict WHERE result_id = :id",
                        add_verdict},
                {"SELECT feature_id, mode FROM joint_set WHERE result_id = :id", add_joint},
                {"SELECT feature_id, ordinal FROM conflict WHERE result_id = :id ORDER BY ordinal",
                        add_conflict},
        };
        CLEANUP_FOUND struct found found = {};
        int r = 0;

        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(parts); i++) {
                CLEANUP_STATEMENT sqlite3_stmt *select =
                        store_statement(store, parts[i].sql, error);

                if (!select)
                        return -EIO;
                bind_integer(select, ":id", result);
                while ((r = store_step(store, select, error)) > 0) {
                        r = parts[i].add(store, result, select, features, &found, error);
                        if (r < 0)
                                break;
                }
        }
        if (r < 0)
                return r;
        *ret = found;
        found = (struct found){};
        return 0;
}
