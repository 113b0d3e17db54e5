/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "cli/database-arguments.h"
#include "report/output.h"
#include "store/contents.h"
#include "store/loupedb.h"

/* What all have that take nothing but the database. */
struct db_options {
        struct database_arguments database;
};

static const struct db_options db_defaults = {};

static const struct option_group db_groups[] = {
        {"Database", database_options, offsetof(struct db_options, database)},
        {},
};

static int no_operands(const struct operands *operands, struct error *error)
{
        if (operands->command)
                return error_set(error, EINVAL, "there is no program to start: take away the --");
        if (operands->count > 0)
                return error_set(error, EINVAL,
                        "'%s' is not wanted here: the database is named by "
                        "--db or $LOUPE_DB",
                        operands->words[0]);
        return 0;
}

static int db_init_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct db_options *options = values;
        CLEANUP_STORE struct store *store = NULL;
        struct contents_count count = {};
        int r = no_operands(operands, error);

        if (r == 0)
                r = database_open(&options->database, STORE_CREATE, &store, error);
        if (r == 0)
                r = store_count(store, &count, error);
        if (r < 0)
                return r;
        printf("%s: ready, with %zu result%s and %zu profile%s\n", store_name(store), count.results,
                plural(count.results), count.profiles, plural(count.profiles));
        return 0;
}

static int db_verify_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct db_options *options = values;
        CLEANUP_STORE struct store *store = NULL;
        CLEANUP_STRINGS char **faults = NULL;
        struct contents_count count = {};
        int r = no_operands(operands, error);

        if (r == 0)
                r = database_open(&options->database, STORE_READ, &store, error);
        if (r == 0)
                r = store_verify(store, &faults, error);
        if (r < 0)
                return r;
        for (char **fault = faults; fault && *fault; fault++)
                printf("%s\n", *fault);
        if (faults && faults[0])
                return 1;
        r = store_count(store, &count, error);
        if (r == 0)
                printf("%s: sound: %zu application%s, %zu result%s, %zu static result%s, %zu "
                       "profile%s\n",
                        store_name(store), count.applications, plural(count.applications),
                        count.results, plural(count.results), count.statics, plural(count.statics),
                        count.profiles, plural(count.profiles));
        return r;
}

static int merge_one(struct store *store, const char *path, struct error *error)
{
        CLEANUP(merge_report_clear) struct merge_report report = {};
        int r = store_merge(store, path, &report, error);

        if (r < 0)
                return r;
        for (char **conflict = report.conflicts; conflict && *conflict; conflict++)
                printf("%s: conflict: %s\n", path, *conflict);
        printf("%s: new: %zu result%s, %zu static result%s, %zu profile%s; there already: %zu\n",
                path, report.results, plural(report.results), report.statics,
                plural(report.statics), report.profiles, plural(report.profiles), report.known);
        return 0;
}

static int db_merge_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct db_options *options = values;
        CLEANUP_STORE struct store *store = NULL;
        int r;

        if (operands->count == 0 || operands->command)
                return error_set(error, EINVAL, "which database is to be merged into this one?");
        r = database_open(&options->database, STORE_CREATE, &store, error);
        for (size_t i = 0; r == 0 && i < operands->count; i++)
                r = merge_one(store, operands->words[i], error);
        return r;
}

struct db_export_options {
        struct database_arguments database;
        const char *loupedb; /* a folder */
        const char *json;    /* file or "-" */
        const char *csv;     /* file or "-" */
};

static const struct db_export_options db_export_defaults = {};

#define FIELD(name) .offset = offsetof(struct db_export_options, name)

static const struct option export_options[] = {
        {"loupedb", .kind = OPTION_STRING, FIELD(loupedb), .placeholder = "DIR",
                .help = "write the layout of loupedb into this folder, which is made, or is empty"},
        {"json", .kind = OPTION_STRING, FIELD(json), .placeholder = "FILE|-",
                .help = "write everything but the records of runs as JSON; - is standard output"},
        {"csv", .kind = OPTION_STRING, FIELD(csv), .placeholder = "FILE|-",
                .help = "write a row for each finding as CSV; - is standard output"},
        {},
};

static const struct option_group db_export_groups[] = {
        {"Result", export_options},
        {"Database", database_options, offsetof(struct db_export_options, database)},
        {},
};

static int export_to(struct store *store, const char *path,
        int (*export)(struct store *store, FILE *stream, struct error *error), struct error *error)
{
        CLEANUP_OUTPUT struct output *output = NULL;
        int r = output_open(path, &output, error);

        if (r < 0)
                return r;
        r = export(store, output_stream(output), error);
        if (r < 0)
                return error->message[0]
                               ? r
                               : error_errno(error, -r, "%s",
                                         string_equal(path, "-") ? "standard output" : path);
        return output_commit(output, error);
}

static int export_loupedb(struct store *store, const char *folder, struct error *error)
{
        size_t files;
        int r = loupedb_export(store, folder, &files, error);

        if (r == 0)
                fprintf(stderr, "%s: %zu file%s\n", folder, files, plural(files));
        return r;
}

static int db_export_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct db_export_options *options = values;
        CLEANUP_STORE struct store *store = NULL;
        int r = no_operands(operands, error);

        if (r < 0)
                return r;
        if (!options->loupedb && !options->json && !options->csv)
                return error_set(error, EINVAL, "as what? --loupedb, --json or --csv is wanted");
        if (string_equal(options->json, "-") && string_equal(options->csv, "-"))
                return error_set(error, EINVAL, "--json and --csv cannot both be standard output");
        r = database_open(&options->database, STORE_READ, &store, error);
        if (r == 0 && options->loupedb)
                r = export_loupedb(store, options->loupedb, error);
        if (r == 0 && options->json)
                r = export_to(store, options->json, store_export_json, error);
        if (r == 0 && options->csv)
                r = export_to(store, options->csv, store_export_csv, error);
        return r;
}

const struct verb verb_db_init = {
        .name = "db init",
        .summary = "make the database, or bring an older one up to date",
        .usage = (const char *const[]){"[--db FILE]", NULL},
        .description =
                "The database is one SQLite file, with two beside it while it is in use (FILE-wal "
                "and FILE-shm, which belong to it). Its folders are made too. Nothing happens to a "
                "database that is there and up to date. Its tables are described in schema.sql "
                "among the sources, for those who look into it with sqlite3.\n"
                "\n"
                "Verbs that put something into the database make it by themselves.",
        .groups = db_groups,
        .defaults = &db_defaults,
        .options_size = sizeof(db_defaults),
        .failure = 2,
        .main = db_init_main,
};

const struct verb verb_db_verify = {
        .name = "db verify",
        .summary = "look whether the database is sound",
        .usage = (const char *const[]){"[--db FILE]", NULL},
        .description =
                "Looks at the structure of the file, at references between tables, and whether "
                "what was found still has the digest it was stored with. Each fault is one line. "
                "Nothing is changed.\n"
                "\n"
                "The exit status is 0 for a sound database, 1 for one with faults, and 2 for what "
                "cannot be read as a database at all.",
        .groups = db_groups,
        .defaults = &db_defaults,
        .options_size = sizeof(db_defaults),
        .failure = 2,
        .main = db_verify_main,
};

const struct verb verb_db_merge = {
        .name = "db merge",
        .summary = "take in what other databases have",
        .usage = (const char *const[]){"[--db FILE] OTHER...", NULL},
        .description =
                "Adds what this database does not have: nothing is lost, and nothing is there "
                "twice, in whichever order databases are merged. The other ones stay as they are; "
                "one that is damaged, or none of loupe's, changes nothing.\n"
                "\n"
                "Conflicts are told, a line each. Where the same measurement (the same workload, "
                "executable and options) found something else both results are kept, and the later "
                "one counts. Where a profile of the same name says something else the later one "
                "has the name, and the other its name with @ and a few digits.",
        .groups = db_groups,
        .defaults = &db_defaults,
        .options_size = sizeof(db_defaults),
        .failure = 2,
        .main = db_merge_main,
};

const struct verb verb_db_export = {
        .name = "db export",
        .summary = "write the database in other forms",
        .usage =
                (const char *const[]){
                        "[--db FILE] --loupedb DIR",
                        "[--db FILE] --json FILE|-",
                        "[--db FILE] --csv FILE|-",
                        NULL,
                },
        .description =
                "As a folder in the layout of loupedb, in which what came from there is the same "
                "byte for byte; as one JSON document of the schema loupe/database/1; as CSV with "
                "the columns application,workload,kind,run,feature,verdict.\n"
                "\n"
                "The records of runs, which are evidence for people, are in none of them: copy the "
                "database to keep them, or merge it into another.",
        .groups = db_export_groups,
        .defaults = &db_export_defaults,
        .options_size = sizeof(db_export_defaults),
        .failure = 2,
        .main = db_export_main,
};
