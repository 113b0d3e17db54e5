/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/loupedb-rows.h"

#include <errno.h>
#include <string.h>

#include "store/static-row.h"

const char *loupedb_table_method(enum loupedb_table table)
{
        return table == LOUPEDB_STATIC_SOURCES ? "sources" : "binary";
}

static int find_calls(const struct loupedb_file *file, struct static_found *ret)
{
        struct feature *feature;

        for (unsigned number = 0; number < file->rows; number++) {
                if (file->verdicts[number] == LOUPEDB_UNUSED)
                        continue;
                feature = vector_add(&ret->features);
                if (!feature)
                        return -ENOMEM;
                *feature = (struct feature){
                        .kind = FEATURE_SYSCALL, .abi = ABI_X86_64, .number = number};
        }
        return 0;
}

int loupedb_store_static(struct store *store, int64_t application, int64_t workload,
        const char *run, enum loupedb_table table, const struct loupedb_file *file,
        int64_t measured, int64_t *ret_id, struct error *error)
{
        CLEANUP_STATIC_FOUND struct static_found found = {.complete = -1};
        char content[DIGEST_TEXT_SIZE];
        const struct static_row row = {
                .application = application,
                .workload = workload,
                .run = run,
                .method = loupedb_table_method(table),
                .origin = "loupedb",
                .content = content,
                .measured = measured,
                .complete = -1,
        };
        int64_t id;
        int r, new;

        if (find_calls(file, &found) < 0 || static_found_digest(&found, content) < 0)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        new = static_row_put(store, &row, &id, error);
        if (new < 0)
                return new;
        if (new) {
                r = static_row_put_features(store, id, &found, error);
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
