/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <string.h>

#include "cli/database-arguments.h"
#include "cli/result-arguments.h"
#include "report/terminal.h"
#include "report/usage.h"

struct show_options {
        struct database_arguments database;
        struct selection_arguments selection;
        struct result_arguments result;
};

static const struct show_options show_defaults = {};

static const struct option result_options[] = {
        RESULT_OPTIONS,
        RESULT_OPTION_CSV("feature of each result"),
        {},
};

static const struct option_group show_groups[] = {
        {"Result", result_options, offsetof(struct show_options, result)},
        {"Selection", selection_options, offsetof(struct show_options, selection)},
        {"Database", database_options, offsetof(struct show_options, database)},
        {},
};

/* Tells which applications lack a result, for each workload that was asked for. */
static int note_missing(const struct collection *collection, const struct show_options *options,
        struct error *error)
{
        CLEANUP_SELECTION struct selection selection = {};
        char *const any[] = {NULL, NULL};
        char *const *workloads;
        int r;

        r = selection_from_arguments(&options->selection, NULL, &selection, error);
        if (r < 0)
                return r;
        /* A list that NULL ends cannot hold the NULL that stands for any workload. */
        workloads = selection.workloads ? selection.workloads : any;
        do {
                CLEANUP_FREE const char **names = NULL;

                if (collection_without_data(collection, *workloads, &names) < 0)
                        return error_errno(error, ENOMEM, "looking for missing results");
                tell_without_result(*workloads, names, NULL);
        } while (*workloads && *++workloads);
        return 0;
}

struct shown {
        const struct collection *collection;
        const struct static_sets *statics;
        enum feature_spelling spelling;
};

static int write_text(const void *what, FILE *stream)
{
        const struct shown *shown = what;
        const struct usage_options options = {
                .spelling = shown->spelling,
                .statics = shown->statics,
                .text = {.color = terminal_color(stream), .width = terminal_width(stream)},
        };

        return report_usage_text(shown->collection, &options, stream);
}

static int write_json(const void *what, FILE *stream)
{
        const struct shown *shown = what;
        const struct usage_options options = {
                .spelling = shown->spelling,
                .statics = shown->statics,
        };

        return report_usage_json(shown->collection, &options, stream);
}

static int write_csv(const void *what, FILE *stream)
{
        const struct shown *shown = what;
        const struct usage_options options = {
                .spelling = shown->spelling,
                .statics = shown->statics,
        };

        return report_usage_csv(shown->collection, &options, stream);
}

static const struct result_writers writers = {
        .text = write_text,
        .json = write_json,
        .csv = write_csv,
};

/* The part that needs the database. */
static int load(const struct show_options *options, const char *applications,
        struct collection **ret_collection, struct static_sets *ret_statics, struct error *error)
{
        CLEANUP_STORE struct store *store = NULL;
        int r;

        r = database_open(&options->database, STORE_READ, &store, error);
        if (r == 0)
                r = collection_and_statics_from_store(store, &options->selection, applications,
                        ret_collection, ret_statics, error);
        return r;
}

static int show_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct show_options *options = values;
        CLEANUP_COLLECTION struct collection *collection = NULL;
        CLEANUP_STATIC_SETS struct static_sets statics = {};
        CLEANUP_FREE char *applications = NULL;
        int r;

        r = result_arguments_check(&options->result, error);
        if (r == 0)
                r = applications_from_operands(operands, &applications, error);
        if (r == 0)
                r = load(options, applications, &collection, &statics, error);
        /* Where only static analysis knows of any, the result says so. */
        if (r == 0 && collection->datasets.count > 0)
                r = note_missing(collection, options, error);
        if (r < 0)
                return r;
        const struct shown shown = {collection, &statics, result_spelling(&options->result)};
        return result_write(&options->result, &writers, &shown, error);
}

const struct verb verb_show = {
        .name = "show",
        .summary = "tell what applications in the database use and require",
        .usage = (const char *const[]){"[options] [APP,...|all]", NULL},
        .description =
                "For each application named, or all, and each kind of workload it was measured "
                "under: which features are required, which are used and work stubbed only, faked "
                "only, or either way. One result is told in full; several are a table with a line "
                "for each, in which system calls are counted, and then all of them merged: what "
                "one requires is required, and so is what works stubbed only for one and faked "
                "only for another, since an operating system treats a call in one way.\n"
                "\n"
                "Of several results for the same application and kind of workload the last counts; "
                "a note on standard error says which that is, and another one which applications "
                "have no result of what is asked for. With --every all of them count; in JSON, "
                "those of one application and kind are then merged.\n"
                "\n"
                "Where the database has a static analysis of the application's binary (see loupe "
                "static), it is told which of the calls that it names no run has shown: perhaps "
                "the workload does too little; and which that were used it misses, though it "
                "should name all that can be. Where no run of what is named is known, what static "
                "analysis says stands alone.\n"
                "\n"
                "A feature is untested where it was used and never withheld; it is not counted as "
                "avoidable.\n"
                "\n"
                "The exit status is 0, or 2 where nothing fits or something went wrong.",
        .groups = show_groups,
        .defaults = &show_defaults,
        .options_size = sizeof(show_defaults),
        .failure = 2,
        .main = show_main,
};
