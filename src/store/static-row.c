/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/static-row.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/feature-ids.h"

/* What loupedb has. */
static bool is_plain(const struct feature *feature)
{
        return feature->kind == FEATURE_SYSCALL && feature->abi == ABI_X86_64;
}

/* Plain calls first, by number; the others by name. */
static int compare_features(const void *a, const void *b)
{
        const struct feature *left = a, *right = b;
        char left_name[FEATURE_NAME_MAX], right_name[FEATURE_NAME_MAX];

        if (is_plain(left) != is_plain(right))
                return is_plain(left) ? -1 : 1;
        if (is_plain(left))
                return (left->number > right->number) - (left->number < right->number);
        return strcmp(feature_name(*left, left_name), feature_name(*right, right_name));
}

/*
 * SHA-256 of lines: "x86_64:0" for each plain call, NAME for each other feature, "complete:1",
 * "unknown:JSON". Those of loupedb end behind the calls.
 */
static bool digest_lines(
        EVP_MD_CTX *digest, const struct static_found *found, const struct feature *sorted)
{
        char line[FEATURE_NAME_MAX + 16], name[FEATURE_NAME_MAX];
        bool fine = true;
        int size;

        for (size_t i = 0; fine && i < found->features.count; i++) {
                if (is_plain(&sorted[i]))
                        size = snprintf(line, sizeof(line), "x86_64:%u\n", sorted[i].number);
                else
                        size = snprintf(line, sizeof(line), "%s\n", feature_name(sorted[i], name));
                fine = EVP_DigestUpdate(digest, line, size);
        }
        if (fine && found->complete >= 0) {
                size = snprintf(line, sizeof(line), "complete:%d\n", found->complete);
                fine = EVP_DigestUpdate(digest, line, size);
        }
        if (fine && found->unknown)
                fine = EVP_DigestUpdate(digest, "unknown:", strlen("unknown:")) &&
                       EVP_DigestUpdate(digest, found->unknown, strlen(found->unknown)) &&
                       EVP_DigestUpdate(digest, "\n", 1);
        return fine;
}

int static_found_digest(const struct static_found *found, char ret[DIGEST_TEXT_SIZE])
{
        CLEANUP_DIGEST EVP_MD_CTX *digest = digest_new();
        size_t size = found->features.count * sizeof(struct feature);
        CLEANUP_FREE struct feature *sorted = malloc(size + 1);
        unsigned char bytes[DIGEST_BYTES];

        if (!digest || !sorted)
                return -ENOMEM;
        if (size > 0) {
                memcpy(sorted, found->features.items, size);
                qsort(sorted, found->features.count, sizeof(*sorted), compare_features);
        }
        if (!digest_lines(digest, found, sorted) || !EVP_DigestFinal_ex(digest, bytes, NULL))
                return -ENOMEM;
        digest_text(bytes, ret);
        return 0;
}

/* One whose name this loupe does not understand is left out: the digest will not be right. */
static int read_features(
        struct store *store, int64_t id, struct static_found *found, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store,
                "SELECT f.name FROM static_feature s JOIN feature f ON f.id = s.feature_id WHERE "
                "s.static_id = :id",
                error);
        struct feature feature, *added;
        int r;

        if (!select)
                return -EIO;
        bind_integer(select, ":id", id);
        while ((r = store_step(store, select, error)) > 0) {
                if (feature_parse(column_text(select, 0), &feature, NULL) < 0)
                        continue;
                added = vector_add(&found->features);
                if (!added)
                        return error_errno(error, ENOMEM, "%s", store_name(store));
                *added = feature;
        }
        return r;
}

int static_row_digest(
        struct store *store, int64_t id, char ret[DIGEST_TEXT_SIZE], struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(
                store, "SELECT complete, unknown FROM static_result WHERE id = :id", error);
        CLEANUP_STATIC_FOUND struct static_found found = {.complete = -1};
        int r;

        if (!select)
                return -EIO;
        bind_integer(select, ":id", id);
        r = store_step(store, select, error);
        if (r < 0)
                return r;
        if (r > 0 && sqlite3_column_type(select, 0) != SQLITE_NULL)
                found.complete = sqlite3_column_int(select, 0);
        if (r > 0)
                found.unknown = (const char *)sqlite3_column_text(select, 1);
        r = read_features(store, id, &found, error);
        if (r == 0 && static_found_digest(&found, ret) < 0)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        return r;
}

/* What a row is found by. */
static void bind_identity(sqlite3_stmt *statement, const struct static_row *row)
{
        bind_integer(statement, ":application", row->application);
        bind_text(statement, ":run", row->run);
        bind_text(statement, ":method", row->method);
        bind_text(statement, ":content", row->content);
}

/* What the last of several that say the same leaves. */
static void bind_last(sqlite3_stmt *statement, const struct static_row *row)
{
        bind_integer(statement, ":measured", row->measured);
        bind_text(statement, ":executable", row->executable);
        bind_text(statement, ":tool_version", row->tool_version);
}

/* Of two at the same time one is the last, whichever came first. */
static int touch(
        struct store *store, const struct static_row *row, int64_t *ret_id, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = NULL;
        sqlite3_stmt *update;
        int r;

        select = store_statement(store,
                "SELECT id FROM static_result WHERE application_id = :application AND "
                "ifnull(workload_id, 0) = :workload AND run = :run AND method = :method AND "
                "content = :content",
                error);
        update = store_statement(store,
                "UPDATE static_result SET measured = :measured, executable = :executable, "
                "tool_version = :tool_version WHERE id = :id AND (:measured, ifnull(:executable, "
                "''), ifnull(:tool_version, '')) > (measured, ifnull(executable, ''), "
                "ifnull(tool_version, ''))",
                error);
        if (!select || !update)
                return -EIO;
        bind_identity(select, row);
        bind_integer(select, ":workload", row->workload);
        r = store_step(store, select, error);
        if (r <= 0)
                return r;
        *ret_id = sqlite3_column_int64(select, 0);
        bind_last(update, row);
        bind_integer(update, ":id", *ret_id);
        r = store_execute(store, update, error);
        return r < 0 ? r : 1;
}

int static_row_put(
        struct store *store, const struct static_row *row, int64_t *ret_id, struct error *error)
{
        sqlite3_stmt *insert;
        int r;

        r = touch(store, row, ret_id, error);
        if (r != 0)
                return r < 0 ? r : 0;
        insert = store_statement(store,
                "INSERT INTO static_result (application_id, workload_id, run, method, origin, "
                "content, measured, executable, executable_digest, complete, unknown, "
                "tool_version) VALUES (:application, :workload, :run, :method, :origin, :content, "
                ":measured, :executable, :executable_digest, :complete, :unknown, :tool_version)",
                error);
        if (!insert)
                return -EIO;
        bind_identity(insert, row);
        bind_last(insert, row);
        if (row->workload > 0)
                bind_integer(insert, ":workload", row->workload);
        bind_text(insert, ":origin", row->origin);
        bind_text(insert, ":executable_digest", row->executable_digest);
        if (row->complete >= 0)
                bind_integer(insert, ":complete", row->complete > 0);
        bind_text(insert, ":unknown", row->unknown);
        r = store_execute(store, insert, error);
        if (r < 0)
                return r;
        *ret_id = sqlite3_last_insert_rowid(store_connection(store));
        return 1;
}

int static_row_put_features(
        struct store *store, int64_t id, const struct static_found *found, struct error *error)
{
        const struct feature *feature;
        int r = 0;

        vector_for_each(feature, &found->features) {
                struct known_feature known;
                sqlite3_stmt *insert;

                r = store_feature(store, feature, &known, error);
                if (r < 0)
                        break;
                insert = store_statement(store,
                        "INSERT INTO static_feature (static_id, feature_id) "
                        "VALUES (:static, :feature)",
                        error);
                if (!insert)
                        return -EIO;
                bind_integer(insert, ":static", id);
                bind_integer(insert, ":feature", known.id);
                r = store_execute(store, insert, error);
                if (r < 0)
                        break;
        }
        return r;
}
