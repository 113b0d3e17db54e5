/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/strings.h"
#include "cli/database-arguments.h"
#include "cli/json-file.h"
#include "cli/message.h"
#include "cli/profile-argument.h"
#include "profile/format.h"
#include "search/journal.h"
#include "store/loupedb.h"
#include "store/profiles.h"
#include "store/result.h"

#define VERB "db import"

struct db_import_options {
        struct database_arguments database;
        bool verbose;
};

static const struct db_import_options db_import_defaults = {};

/* Files of one odd shape that a note names. */
#define PLACES_TOLD 3

static const struct option import_options[] = {
        {"verbose", 'v', OPTION_FLAG, offsetof(struct db_import_options, verbose),
                .help = "name all files of an odd shape, not the first few"},
        {},
};

static const struct option_group db_import_groups[] = {
        {"Import", import_options},
        {"Database", database_options, offsetof(struct db_import_options, database)},
        {},
};

/* One line on standard error. */
static void tell_all(char *const *lines, void (*tell)(const char *line))
{
        for (; lines && *lines; lines++)
                tell(*lines);
}

static void tell_problem(const char *line)
{
        message_error(VERB, line);
}

/* "12 results (3 new)", "0 profiles" */
static void tell_count(const char *what, size_t count, size_t added)
{
        printf("%zu %s%s", count, what, plural(count));
        if (count > 0)
                printf(" (%zu new)", added);
}

/* Returns 1 where a file was refused. */
static int import_loupedb(
        struct store *store, const char *folder, bool verbose, struct error *error)
{
        CLEANUP(import_report_clear) struct import_report report = {};
        int r = loupedb_import(store, folder, verbose ? SIZE_MAX : PLACES_TOLD, &report, error);

        if (r < 0)
                return r;
        tell_all(report.notes, message_note);
        tell_all(report.problems, tell_problem);
        printf("%s: %zu application%s, %zu workload%s: ", folder, report.applications,
                plural(report.applications), report.workloads, plural(report.workloads));
        tell_count("result", report.results, report.new_results);
        fputs(", ", stdout);
        tell_count("static result", report.statics, report.new_statics);
        fputs(", ", stdout);
        tell_count("profile", report.profiles, report.new_profiles);
        printf("; %zu file%s refused\n", report.refused, plural(report.refused));
        return report.refused > 0;
}

/* The records of the journal in the folder; none where there is no journal. */
static int read_records(const char *folder, json_t **ret, struct error *error)
{
        CLEANUP_JOURNAL struct journal *journal = NULL;
        int r = journal_open(folder, true, &journal, error);

        if (r == -ENOENT) {
                error->message[0] = '\0';
                return 0;
        }
        if (r < 0)
                return r;
        *ret = journal_records_json(journal);
        return *ret ? 0 : error_errno(error, ENOMEM, "%s", folder);
}

static void tell_stored(const char *path, enum stored stored)
{
        static const char *const words[] = {
                [STORED_NEW] = "a new result",
                [STORED_ALREADY] = "the result was there already",
                [STORED_DIFFERENT] = "a new result, kept beside one that found something else",
        };

        printf("%s: %s\n", path, words[stored]);
}

/* `folder` is NULL for a document alone. */
static int import_analysis(
        struct store *store, const char *path, const char *folder, struct error *error)
{
        json_t *document = NULL, *records = NULL;
        struct stat status;
        int r = 0;

        if (stat(path, &status) < 0)
                return error_errno(error, errno, "%s", path);
        r = json_file_read(path, &document, error);
        if (r == 0 && folder)
                r = read_records(folder, &records, error);
        if (r == 0)
                r = store_add_analysis(
                        store, path, document, records, status.st_mtim.tv_sec, error);
        json_decref(document);
        json_decref(records);
        if (r < 0)
                return r;
        tell_stored(folder ? folder : path, (enum stored)r);
        return 0;
}

static int import_profile(struct store *store, const char *path, struct error *error)
{
        CLEANUP_PROFILE struct profile *profile = NULL;
        int r = profile_read(path, NULL, NULL, &profile, error);

        if (r == 0)
                r = profile_tell_unknown(profile);
        if (r == 0)
                r = store_add_profile(store, profile, error);
        if (r < 0)
                return r;
        printf("%s: profile %s, %zu feature%s\n", path, profile->name, profile->entries.count,
                plural(profile->entries.count));
        return 0;
}

static int import_folder(struct store *store, const char *folder, bool verbose, struct error *error)
{
        CLEANUP_FREE char *document = NULL;
        int r = analysis_folder_result(folder, &document, error);

        if (r < 0)
                return r;
        return document ? import_analysis(store, document, folder, error)
                        : import_loupedb(store, folder, verbose, error);
}

static bool is_json(const char *path)
{
        size_t length = strlen(path);

        return length > 5 && strcmp(path + length - 5, ".json") == 0;
}

/* The document's schema tells an analysis from what other programs write as JSON. */
static int import_file(struct store *store, const char *path, struct error *error)
{
        json_t *document = NULL;
        bool analysis;
        int r;

        if (!is_json(path))
                return import_profile(store, path, error);
        r = json_file_read(path, &document, error);
        if (r < 0)
                return r;
        analysis = json_is_object(document) && json_object_get(document, "schema");
        json_decref(document);
        return analysis ? import_analysis(store, path, NULL, error)
                        : import_profile(store, path, error);
}

/* True for a database of SQLite, by the first bytes of its file (sqlite.org/fileformat.html). */
static bool is_database(const char *path)
{
        static const char magic[] = "SQLite format 3";
        CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
        char start[sizeof(magic)];

        return fd >= 0 && read_all(fd, start, sizeof(start)) == sizeof(start) &&
               memcmp(start, magic, sizeof(start)) == 0;
}

static int import_one(struct store *store, const char *path, bool verbose, struct error *error)
{
        struct stat status;

        if (stat(path, &status) < 0)
                return error_errno(error, errno, "%s", path);
        if (S_ISREG(status.st_mode) && is_database(path))
                return error_set(error, EINVAL,
                        "%s: a database: `loupe db merge %s` takes in what it has", path, path);
        return S_ISDIR(status.st_mode) ? import_folder(store, path, verbose, error)
                                       : import_file(store, path, error);
}

/* What will happen to the next one too. */
static bool is_the_databases(const struct store *store, int result, const struct error *error)
{
        return string_has_prefix(error->message, store_name(store)) || result == -ENOMEM;
}

static int db_import_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct db_import_options *options = values;
        CLEANUP_STORE struct store *store = NULL;
        bool refused = false;
        int r;

        if (operands->count == 0 || operands->command)
                return error_set(error, EINVAL,
                        "what is to be imported? Wanted are folders or files: a checkout of "
                        "loupedb, what `loupe analyze -o DIR` wrote, profiles");
        r = database_open(&options->database, STORE_CREATE, &store, error);
        for (size_t i = 0; r >= 0 && i < operands->count; i++) {
                r = import_one(store, operands->words[i], options->verbose, error);
                if (r < 0 && is_the_databases(store, r, error))
                        return r;
                if (r < 0) {
                        message_error(VERB, error->message[0] ? error->message : strerror(-r));
                        error->message[0] = '\0';
                }
                refused |= r != 0;
                r = 0;
        }
        return r < 0 ? r : refused;
}

const struct verb verb_db_import = {
        .name = "db import",
        .summary = "put results and profiles into the database",
        .usage = (const char *const[]){"[options] DIR|FILE...", NULL},
        .description =
                "Takes\n"
                "\n"
                "a checkout of loupedb, the public database: all of its results, dynamic and "
                "static, and its profiles of operating systems. Where it is one of git's, of "
                "several runs the one that was committed last counts, else the last by name. Odd "
                "shapes of files are read and told; files that make no sense are refused, and "
                "told with file and line, and the rest is imported;\n"
                "\n"
                "a folder that `loupe analyze -o DIR` wrote, with all of its runs, or an "
                "analysis.json alone;\n"
                "\n"
                "the profile of an operating system: a list of names (NAME.syscalls), a table, or "
                "what else `loupe os import` reads.\n"
                "\n"
                "The database is made where it is missing. Importing again what is there changes "
                "nothing. Each folder or file is one transaction: it is in the database as a "
                "whole, or not at all.\n"
                "\n"
                "The exit status is 0, 1 where anything was refused though the rest was imported, "
                "and 2 where the database failed.",
        .groups = db_import_groups,
        .defaults = &db_import_defaults,
        .options_size = sizeof(db_import_defaults),
        .failure = 2,
        .main = db_import_main,
};
