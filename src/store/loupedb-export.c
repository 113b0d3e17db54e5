/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/loupedb.h"

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "store/feature-ids.h"
#include "store/loupedb-layout.h"
#include "store/loupedb-rows.h"
#include "store/packed.h"
#include "store/profiles.h"
#include "store/staging.h"

struct export
{
        struct store *store;
        struct feature_numbers_by_id numbers; /* of calls of x86-64; below 0: none of these */
        struct staging staging;
        size_t files;
        struct error *error;
};

static int out_of_memory(struct export *export)
{
        return error_errno(export->error, ENOMEM, "%s", store_name(export->store));
}

/* The numbers of all calls that a file of loupedb can tell of, instead of the catalogue's. */
static int read_numbers(struct export *export)
{
        CLEANUP_CATALOGUE struct catalogue *catalogue = catalogue_new();
        struct feature_number *row;
        struct feature feature;
        int r;

        if (!catalogue)
                return out_of_memory(export);
        r = store_catalogue(export->store, catalogue, &export->numbers, export->error);
        vector_for_each(row, &export->numbers.rows) {
                if (row->number < 0)
                        continue;
                feature = catalogue_feature(catalogue, row->number);
                row->number = feature.kind == FEATURE_SYSCALL && feature.abi == ABI_X86_64 &&
                                              feature.number < LOUPEDB_ROWS_MAX
                                      ? (int32_t)feature.number
                                      : -1;
        }
        return r;
}

/* Marks the call of a feature's row; false where it has no place in such a file. */
static bool mark(
        const struct export *export, struct loupedb_file *file, int64_t row, enum verdict verdict)
{
        int32_t number = feature_number_of(&export->numbers, row);

        if (number < 0)
                return false;
        file->verdicts[number] = verdict;
        if ((unsigned)number >= file->rows)
                file->rows = number + 1;
        return true;
}

static int write_file_of(struct export *export, const char *path, enum loupedb_table table,
        const struct loupedb_file *file)
{
        CLEANUP_FREE char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);
        int r;

        if (!stream)
                return out_of_memory(export);
        loupedb_file_write(table, file, stream);
        if (fclose(stream) != 0)
                return out_of_memory(export);
        r = staging_write(&export->staging, path, text, size, export->error);
        export->files += r == 0;
        return r;
}

/* Whose file it is: the columns that the selects below have in common. */
enum column {
        COLUMN_ID,
        COLUMN_APPLICATION,
        COLUMN_KIND,
        COLUMN_WORKLOAD,
        COLUMN_RUN,
        COLUMN_OWN, /* of each select */
        COLUMN_OWN_2,
};

/* "APPLICATION/WORKLOAD/RUN/data/dyn.csv"; NULL when out of memory. */
static char *path_of_row(sqlite3_stmt *row, enum loupedb_table table, enum workload_kind kind)
{
        CLEANUP_FREE char *application = loupedb_folder_name(column_text(row, COLUMN_APPLICATION));
        CLEANUP_FREE char *workload =
                loupedb_workload_folder(kind, column_text(row, COLUMN_WORKLOAD));
        CLEANUP_FREE char *workload_folder = workload ? loupedb_folder_name(workload) : NULL;
        CLEANUP_FREE char *run = loupedb_folder_name(column_text(row, COLUMN_RUN));

        if (!application || !workload_folder || !run)
                return NULL;
        return string_format("%s/%s/%s/" LOUPEDB_DATA_FOLDER "/%s", application, workload_folder,
                run, loupedb_table_file(table));
}

/* Of several results of one run the first one counts; NULL when out of memory. */
static char *identity_of_row(sqlite3_stmt *row, enum loupedb_table table)
{
        return string_format("%s\n%s\n%s\n%s\n%s", column_text(row, COLUMN_APPLICATION),
                column_text(row, COLUMN_KIND), column_text(row, COLUMN_WORKLOAD),
                column_text(row, COLUMN_RUN), loupedb_table_file(table));
}

/* Writes the file of a row, with its verdicts in `file`. `last` is the identity of the row before.
 */
static int write_row(struct export *export, sqlite3_stmt *row, enum loupedb_table table,
        struct loupedb_file *file, char **last)
{
        CLEANUP_FREE char *identity = identity_of_row(row, table), *path = NULL;
        enum workload_kind kind;
        int r;

        if (!identity)
                return out_of_memory(export);
        if (string_equal(identity, *last))
                return 0;
        r = workload_kind_parse(column_text(row, COLUMN_KIND), &kind, export->error);
        if (r < 0)
                return error_prefix(export->error, r, "%s", store_name(export->store));
        path = path_of_row(row, table, kind);
        if (!path)
                return out_of_memory(export);
        r = loupedb_load_shape(
                export->store, table, sqlite3_column_int64(row, COLUMN_ID), file, export->error);
        if (r == 0)
                r = write_file_of(export, path, table, file);
        free(*last);
        *last = steal_pointer(identity);
        return r;
}

static int export_result(struct export *export, sqlite3_stmt *row, char **last)
{
        CLEANUP_LOUPEDB_FILE struct loupedb_file file = {};
        CLEANUP_PACKED struct packed packed = {};
        bool from_there = strcmp(column_text(row, COLUMN_OWN), "loupedb") == 0;
        const struct packed_finding *finding;
        const void *data;
        size_t marked = 0;
        int r;

        if (loupedb_file_init(LOUPEDB_DYNAMIC, &file) < 0)
                return out_of_memory(export);
        data = sqlite3_column_blob(row, COLUMN_OWN_2);
        r = packed_read(data, sqlite3_column_bytes(row, COLUMN_OWN_2), &packed);
        if (r == -ENOMEM)
                return out_of_memory(export);
        if (r < 0)
                return error_set(export->error, EUCLEAN,
                        "%s: the findings of result %lld cannot be "
                        "read",
                        store_name(export->store), (long long)sqlite3_column_int64(row, COLUMN_ID));
        vector_for_each(finding, &packed.findings)
                marked += mark(export, &file, finding->feature, finding->verdict);
        if (marked == 0 && !from_there)
                return 0;
        return write_row(export, row, LOUPEDB_DYNAMIC, &file, last);
}

static int export_static(struct export *export, sqlite3_stmt *row, char **last)
{
        CLEANUP_LOUPEDB_FILE struct loupedb_file file = {};
        CLEANUP_STATEMENT sqlite3_stmt *select = NULL;
        enum loupedb_table table = strcmp(column_text(row, COLUMN_OWN), "sources") == 0
                                           ? LOUPEDB_STATIC_SOURCES
                                           : LOUPEDB_STATIC_BINARY;
        int r;

        if (loupedb_file_init(table, &file) < 0)
                return out_of_memory(export);
        select = store_statement(export->store,
                "SELECT feature_id FROM static_feature WHERE static_id = :id", export->error);
        if (!select)
                return -EIO;
        bind_integer(select, ":id", sqlite3_column_int64(row, COLUMN_ID));
        while ((r = store_step(export->store, select, export->error)) > 0)
                mark(export, &file, sqlite3_column_int64(select, 0), VERDICT_UNTESTED);
        return r < 0 ? r : write_row(export, row, table, &file, last);
}

/* Carries out `export_row` for each row of the select. */
static int export_rows(struct export *export, const char *sql,
        int (*export_row)(struct export *export, sqlite3_stmt *row, char **last))
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(export->store, sql, export->error);
        CLEANUP_FREE char *last = NULL;
        int r;

        if (!select)
                return -EIO;
        while ((r = store_step(export->store, select, export->error)) > 0) {
                r = export_row(export, select, &last);
                if (r < 0)
                        return r;
        }
        return r;
}

static int write_profile(struct export *export, const struct profile *profile, const char *path)
{
        CLEANUP_FREE char *text = NULL;
        const struct profile_entry *entry;
        const struct profile_unknown *unknown;
        char name[FEATURE_NAME_MAX];
        size_t size;
        FILE *stream = open_memstream(&text, &size);
        int r;

        if (!stream)
                return out_of_memory(export);
        vector_for_each(entry, &profile->entries)
                if (entry->support == SUPPORT_FULL)
                        fprintf(stream, "%s\n", feature_name(entry->feature, name));
        vector_for_each(unknown, &profile->unknown)
                fprintf(stream, "%s\n", unknown->name);
        if (fclose(stream) != 0)
                return out_of_memory(export);
        r = staging_write(&export->staging, path, text, size, export->error);
        export->files += r == 0;
        return r;
}

static int export_profile(struct export *export, const char *name)
{
        CLEANUP_PROFILE struct profile *profile = NULL;
        CLEANUP_FREE char *folder_name = loupedb_folder_name(name);
        CLEANUP_FREE char *path = NULL;
        int r;

        if (folder_name)
                path = string_format("%s" LOUPEDB_PROFILE_ENDING, folder_name);
        if (!path)
                return out_of_memory(export);
        r = store_find_profile(export->store, name, &profile, export->error);
        if (r < 0 || strcmp(profile->format, "list") != 0)
                return r;
        return write_profile(export, profile, path);
}

static int export_profiles(struct export *export)
{
        CLEANUP_STRINGS char **names = NULL;
        int r;

        r = store_list_profiles(export->store, &names, export->error);
        for (size_t i = 0; r == 0 && names[i]; i++)
                r = export_profile(export, names[i]);
        return r;
}

/* What is of no workload stands beside each result of the same executable that has nothing of its
 * own. */
static const char select_statics[] =
        "SELECT id, application, kind, workload, run, method FROM ("
        "SELECT s.id, a.name application, w.kind, w.name workload, s.run, s.method, s.measured, "
        "0 borrowed FROM static_result s "
        "JOIN workload w ON w.id = s.workload_id JOIN application a ON a.id = w.application_id "
        "UNION ALL "
        "SELECT s.id, a.name, w.kind, w.name, r.run, s.method, s.measured, 1 FROM static_result s "
        "JOIN application a ON a.id = s.application_id "
        "JOIN result r ON r.executable_digest = s.executable_digest "
        "JOIN workload w ON w.id = r.workload_id AND w.application_id = s.application_id "
        "WHERE s.workload_id IS NULL) "
        "ORDER BY application, kind, workload, run, method, borrowed, measured DESC, id DESC";

static int export_all(struct export *export)
{
        int r;

        r = read_numbers(export);
        if (r == 0)
                r = export_rows(export,
                        "SELECT result.id, application.name, workload.kind, workload.name, run, "
                        "origin, findings FROM result "
                        "JOIN workload ON workload.id = workload_id "
                        "JOIN application ON application.id = application_id "
                        "ORDER BY application.name, workload.kind, workload.name, run, "
                        "measured DESC, result.id DESC",
                        export_result);
        if (r == 0)
                r = export_rows(export, select_statics, export_static);
        if (r == 0)
                r = export_profiles(export);
        return r;
}

int loupedb_export(struct store *store, const char *folder, size_t *ret_files, struct error *error)
{
        struct export export = {.store = store, .error = error};
        int r;

        r = staging_begin(&export.staging, folder, error);
        if (r < 0)
                return r;
        r = store_begin_reading(store, error);
        if (r == 0)
                r = store_end(store, export_all(&export), error);
        feature_numbers_by_id_clear(&export.numbers);
        r = staging_end(&export.staging, r, error);
        if (r == 0)
                *ret_files = export.files;
        return r;
}
