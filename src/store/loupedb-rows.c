/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/loupedb-rows.h"

#include <errno.h>
#include <string.h>

#include "base/digest.h"
#include "store/feature-ids.h"

const char *loupedb_table_method(enum loupedb_table table)
{
        return table == LOUPEDB_STATIC_SOURCES ? "sources" : "binary";
}

/* SHA-256 over the numbers of the calls that are used. */
static int content_digest(const struct loupedb_file *file, char ret[DIGEST_TEXT_SIZE])
{
        CLEANUP_DIGEST EVP_MD_CTX *digest = digest_new();
        unsigned char bytes[DIGEST_BYTES];
        char text[16];

        if (!digest)
                return -ENOMEM;
        for (unsigned number = 0; number < file->rows; number++) {
                if (file->verdicts[number] == LOUPEDB_UNUSED)
                        continue;
                if (!EVP_DigestUpdate(
                            digest, text, snprintf(text, sizeof(text), "x86_64:%u\n", number)))
                        return -ENOMEM;
        }
        if (!EVP_DigestFinal_ex(digest, bytes, NULL))
                return -ENOMEM;
        digest_text(bytes, ret);
        return 0;
}

int loupedb_static_digest(
        struct store *store, int64_t id, char ret[DIGEST_TEXT_SIZE], struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store,
                "SELECT f.name FROM static_feature s JOIN feature f ON f.id = s.feature_id WHERE "
                "s.static_id = :id",
                error);
        CLEANUP_LOUPEDB_FILE struct loupedb_file file = {.rows = LOUPEDB_ROWS_MAX};
        struct feature feature;
        int r;

        if (!select)
                return -EIO;
        for (size_t i = 0; i < ARRAY_SIZE(file.verdicts); i++)
                file.verdicts[i] = LOUPEDB_UNUSED;
        bind_integer(select, ":id", id);
        while ((r = store_step(store, select, error)) > 0)
                if (feature_parse(column_text(select, 0), &feature, NULL) == 0 &&
                        feature.kind == FEATURE_SYSCALL && feature.abi == ABI_X86_64 &&
                        feature.number < ARRAY_SIZE(file.verdicts))
                        file.verdicts[feature.number] = VERDICT_UNTESTED;
        if (r == 0 && content_digest(&file, ret) < 0)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        return r;
}

static int insert_features(
        struct store *store, int64_t id, const struct loupedb_file *file, struct error *error)
{
        struct feature feature = {.kind = FEATURE_SYSCALL, .abi = ABI_X86_64};

        for (unsigned number = 0; number < file->rows; number++) {
                sqlite3_stmt *insert;
                struct known_feature known;
                int r;

                if (file->verdicts[number] == LOUPEDB_UNUSED)
                        continue;
                feature.number = number;
                r = store_feature(store, &feature, &known, error);
                if (r < 0)
                        return r;
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
                        return r;
        }
        return 0;
}

/* The row, which has the latest time now: 1 where it is new, else 0, or -errno. */
static int put_static(struct store *store, int64_t workload, const char *run,
        enum loupedb_table table, const char *content, int64_t measured, int64_t *ret_id,
        struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *update = NULL;
        sqlite3_stmt *insert;
        int r;

        update = store_statement(store,
                "UPDATE static_result SET measured = max(measured, :measured) WHERE workload_id = "
                ":workload AND run = :run AND method = :method AND content = :content RETURNING id",
                error);
        if (!update)
                return -EIO;
        bind_integer(update, ":workload", workload);
        bind_text(update, ":run", run);
        bind_text(update, ":method", loupedb_table_method(table));
        bind_text(update, ":content", content);
        bind_integer(update, ":measured", measured);
        r = store_step(store, update, error);
        if (r > 0)
                *ret_id = sqlite3_column_int64(update, 0);
        if (r != 0)
                return r < 0 ? r : 0;
        insert = store_statement(store,
                "INSERT INTO static_result (workload_id, run, method, content, measured) "
                "VALUES (:workload, :run, :method, :content, :measured)",
                error);
        if (!insert)
                return -EIO;
        bind_integer(insert, ":workload", workload);
        bind_text(insert, ":run", run);
        bind_text(insert, ":method", loupedb_table_method(table));
        bind_text(insert, ":content", content);
        bind_integer(insert, ":measured", measured);
        r = store_execute(store, insert, error);
        if (r < 0)
                return r;
        *ret_id = sqlite3_last_insert_rowid(store_connection(store));
        return 1;
}

int loupedb_store_static(struct store *store, int64_t workload, const char *run,
        enum loupedb_table table, const struct loupedb_file *file, int64_t measured,
        int64_t *ret_id, struct error *error)
{
        char content[DIGEST_TEXT_SIZE];
        int64_t id;
        int r, new;

        if (content_digest(file, content) < 0)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        new = put_static(store, workload, run, table, content, measured, &id, error);
        if (new < 0)
                return new;
        if (new) {
                r = insert_features(store, id, file, error);
                if (r < 0)
                        return r;
        }
        *ret_id = id;
        return new;
}

/* Each statement twice, as the owner is in one of two columns. */
static const char *owner_statement(
        enum loupedb_table table, const char *dynamic, const char *of_static)
{
        return table == LOUPEDB_DYNAMIC ? dynamic : of_static;
}

static int remove_shape(
        struct store *store, enum loupedb_table table, int64_t owner, struct error *error)
{
        sqlite3_stmt *delete = store_statement(store,
                owner_statement(table, "DELETE FROM loupedb_shape WHERE result_id = :owner",
                        "DELETE FROM loupedb_shape WHERE static_id = :owner"),
                error);

        if (!delete)
                return -EIO;
        bind_integer(delete, ":owner", owner);
        return store_execute(store, delete, error);
}

static int insert_lines(
        struct store *store, int64_t shape, const struct loupedb_file *file, struct error *error)
{
        const struct loupedb_line *line;
        sqlite3_stmt *insert;
        int r;

        vector_for_each(line, &file->lines) {
                insert = store_statement(store,
                        "INSERT INTO loupedb_line (shape_id, number, text) "
                        "VALUES (:shape, :number, :text)",
                        error);
                if (!insert)
                        return -EIO;
                bind_integer(insert, ":shape", shape);
                bind_integer(insert, ":number", line->number);
                bind_text(insert, ":text", line->text);
                r = store_execute(store, insert, error);
                if (r < 0)
                        return r;
        }
        return 0;
}

int loupedb_store_shape(struct store *store, enum loupedb_table table, int64_t owner,
        const struct loupedb_file *file, struct error *error)
{
        sqlite3_stmt *insert;
        int r;

        r = remove_shape(store, table, owner, error);
        if (r < 0 || loupedb_file_is_common(table, file))
                return r;
        insert = store_statement(store,
                owner_statement(table,
                        "INSERT INTO loupedb_shape (result_id, header, rows, final_newline) "
                        "VALUES (:owner, :header, :rows, :final_newline)",
                        "INSERT INTO loupedb_shape (static_id, header, rows, final_newline) "
                        "VALUES (:owner, :header, :rows, :final_newline)"),
                error);
        if (!insert)
                return -EIO;
        bind_integer(insert, ":owner", owner);
        bind_text(insert, ":header", file->header);
        bind_integer(insert, ":rows", file->rows);
        bind_integer(insert, ":final_newline", file->final_newline);
        r = store_execute(store, insert, error);
        if (r < 0)
                return r;
        return insert_lines(store, sqlite3_last_insert_rowid(store_connection(store)), file, error);
}

/* The row of the shape, 0 for none, or -errno. */
static int64_t load_outline(struct store *store, enum loupedb_table table, int64_t owner,
        struct loupedb_file *file, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store,
                owner_statement(table,
                        "SELECT id, header, rows, final_newline FROM loupedb_shape "
                        "WHERE result_id = :owner",
                        "SELECT id, header, rows, final_newline FROM loupedb_shape "
                        "WHERE static_id = :owner"),
                error);
        int64_t rows;
        int r;

        if (!select)
                return -EIO;
        bind_integer(select, ":owner", owner);
        r = store_step(store, select, error);
        if (r <= 0)
                return r;
        rows = sqlite3_column_int64(select, 2);
        if (rows < 1 || rows > LOUPEDB_ROWS_MAX)
                return error_set(error, EUCLEAN, "%s: loupedb_shape %lld has %lld rows",
                        store_name(store), (long long)sqlite3_column_int64(select, 0),
                        (long long)rows);
        free(file->header);
        file->header = NULL;
        if (column_copy(select, 1, &file->header) < 0)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        file->rows = rows;
        file->final_newline = sqlite3_column_int(select, 3) != 0;
        return sqlite3_column_int64(select, 0);
}

int loupedb_load_shape(struct store *store, enum loupedb_table table, int64_t owner,
        struct loupedb_file *file, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = NULL;
        int64_t shape = load_outline(store, table, owner, file, error);
        const char *text;
        int r;

        if (shape <= 0)
                return shape;
        select = store_statement(store,
                "SELECT number, text FROM loupedb_line WHERE shape_id = :shape ORDER BY number",
                error);
        if (!select)
                return -EIO;
        bind_integer(select, ":shape", shape);
        while ((r = store_step(store, select, error)) > 0) {
                text = column_text(select, 1);
                r = loupedb_file_add_line(
                        file, sqlite3_column_int64(select, 0), text, strlen(text));
                if (r < 0)
                        return error_errno(error, ENOMEM, "%s", store_name(store));
        }
        return r;
}
