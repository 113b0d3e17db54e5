/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "store/contents.h"
#include "store/database.h"
#include "store/packed.h"

/* NULL for NULL. */
static const char *text_or_null(sqlite3_stmt *row, int column)
{
        return (const char *)sqlite3_column_text(row, column);
}

static int list_result(
        struct store *store, const struct listing *listing, sqlite3_stmt *row, struct error *error)
{
        struct packed_reader reader;
        const struct listed_result result = {
                .application = column_text(row, 0),
                .workload = column_text(row, 1),
                .kind = column_text(row, 2),
                .method = "runs",
                .run = column_text(row, 3),
                .origin = column_text(row, 4),
                .version = text_or_null(row, 5),
                .libc = text_or_null(row, 6),
                .measured = sqlite3_column_int64(row, 7),
                .features = packed_read_begin(
                        &reader, sqlite3_column_blob(row, 8), sqlite3_column_bytes(row, 8)),
        };

        if (reader.bad)
                return error_set(error, EUCLEAN,
                        "%s: the database is damaged: `loupe db verify` "
                        "tells where",
                        store_name(store));
        return listing->result(listing->context, &result);
}

static int list_static(
        struct store *store, const struct listing *listing, sqlite3_stmt *row, struct error *error)
{
        const struct listed_result result = {
                .application = column_text(row, 0),
                .workload = text_or_null(row, 1),
                .kind = text_or_null(row, 2),
                .method = column_text(row, 3),
                .run = column_text(row, 4),
                .origin = column_text(row, 5),
                .measured = sqlite3_column_int64(row, 6),
                .features = sqlite3_column_int64(row, 7),
        };

        (void)store;
        (void)error;
        return listing->result(listing->context, &result);
}

static int list_profile(
        struct store *store, const struct listing *listing, sqlite3_stmt *row, struct error *error)
{
        const struct listed_profile profile = {
                .name = column_text(row, 0),
                .format = column_text(row, 1),
                .source = text_or_null(row, 2),
                .imported = sqlite3_column_int64(row, 3),
                .features = sqlite3_column_int64(row, 4),
                .supported = sqlite3_column_int64(row, 5),
        };

        (void)store;
        (void)error;
        return listing->profile(listing->context, &profile);
}

static const struct {
        const char *sql;
        int (*list)(struct store *store, const struct listing *listing, sqlite3_stmt *row,
                struct error *error);
} parts[] = {
        {"SELECT a.name, w.name, w.kind, r.run, r.origin, r.version, r.libc, r.measured, "
         "r.findings FROM application a JOIN workload w ON w.application_id = a.id JOIN result r "
         "ON "
         "r.workload_id = w.id ORDER BY a.name, w.kind, w.name, r.measured, r.run, r.content",
                list_result},
        {"SELECT a.name, w.name, w.kind, s.method, s.run, s.origin, s.measured, (SELECT count(*) "
         "FROM static_feature f WHERE f.static_id = s.id) FROM application a JOIN static_result s "
         "ON s.application_id = a.id LEFT JOIN workload w ON w.id = s.workload_id ORDER BY a.name, "
         "w.kind, w.name, s.method, s.measured, s.run, s.content",
                list_static},
        {"SELECT p.name, p.format, p.source, p.imported, count(f.feature_id), "
         "coalesce(sum(f.support = 'supported'), 0) FROM profile p LEFT JOIN profile_feature f ON "
         "f.profile_id = p.id GROUP BY p.id ORDER BY p.name",
                list_profile},
};

static int list_all(struct store *store, const struct listing *listing, struct error *error)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(parts); i++) {
                CLEANUP_STATEMENT sqlite3_stmt *select =
                        store_statement(store, parts[i].sql, error);

                if (!select)
                        return -EIO;
                while ((r = store_step(store, select, error)) > 0) {
                        r = parts[i].list(store, listing, select, error);
                        if (r < 0)
                                break;
                }
        }
        return r;
}

int store_list(struct store *store, const struct listing *listing, struct error *error)
{
        int r = store_begin_reading(store, error);

        return r < 0 ? r : store_end(store, list_all(store, listing, error), error);
}

int store_count(struct store *store, struct contents_count *ret, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store,
                "SELECT (SELECT count(*) FROM application), (SELECT count(*) FROM workload), "
                "(SELECT count(*) FROM result), (SELECT count(*) FROM static_result), (SELECT "
                "count(*) FROM profile), (SELECT count(*) FROM feature)",
                error);
        int r;

        if (!select)
                return -EIO;
        r = store_step(store, select, error);
        if (r > 0)
                *ret = (struct contents_count){
                        .applications = sqlite3_column_int64(select, 0),
                        .workloads = sqlite3_column_int64(select, 1),
                        .results = sqlite3_column_int64(select, 2),
                        .statics = sqlite3_column_int64(select, 3),
                        .profiles = sqlite3_column_int64(select, 4),
                        .features = sqlite3_column_int64(select, 5),
                };
        return r < 0 ? r : 0;
}
