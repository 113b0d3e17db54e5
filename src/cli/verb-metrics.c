/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/strings.h"
#include "cli/database-arguments.h"
#include "cli/popularity-arguments.h"
#include "cli/profile-argument.h"
#include "cli/result-arguments.h"
#include "metrics/metrics.h"
#include "report/metrics.h"
#include "report/terminal.h"
#include "store/statics.h"

struct metrics_arguments {
        struct database_arguments database;
        struct selection_arguments selection;
        const char *os;
        enum completeness definition;
        bool partial_missing;
        struct popularity_arguments popularity;
        unsigned top;
        struct option_list exclude;
        bool curve;
        bool details;
        struct result_arguments result;
};

static const struct metrics_arguments metrics_defaults = {
        .top = 10,
};

static const char *definition_word(unsigned value)
{
        return completeness_name(value);
}

#define FIELD(name) .offset = offsetof(struct metrics_arguments, name)

static const struct option metrics_options[] = {
        {"os", .kind = OPTION_STRING, FIELD(os), .placeholder = "PROFILE",
                .help = "tell how much of this operating system's profile is complete, and what it "
                        "lacks"},
        {"partial-missing", .kind = OPTION_FLAG, FIELD(partial_missing),
                .help = "take what the profile calls partial as missing (default: as supported)"},
        {"definition", .kind = OPTION_CHOICE, FIELD(definition),
                .placeholder = "required|not-stubbed", .word = definition_word,
                .maximum = COMPLETENESS_COUNT - 1,
                .help = "what makes a call needed, and so important: that the workload works "
                        "neither with it stubbed nor with it faked, or that it does not work with "
                        "it stubbed, as Gramine counts (default: required)"},
        {"exclude", .kind = OPTION_LIST, FIELD(exclude), .placeholder = "CALL,...",
                .help = "leave these out of what the operating system lacks"},
        {"top", .kind = OPTION_UNSIGNED, FIELD(top), .placeholder = "N|all", .minimum = 1,
                .maximum = UINT_MAX, .zero = "all",
                .help = "how many of the most important calls to tell (default: 10)"},
        {"curve", .kind = OPTION_FLAG, FIELD(curve),
                .help = "tell how complete a system is with more and more of the most important "
                        "calls"},
        {"details", .kind = OPTION_FLAG, FIELD(details),
                .help = "tell the figures of each result (default where applications are named), "
                        "and "
                        "which results each missing call concerns"},
        {},
};

static const struct option result_options[] = {
        RESULT_OPTIONS,
        RESULT_OPTION_CSV("call"),
        {},
};

static const struct option_group metrics_groups[] = {
        {"Metrics", metrics_options},
        {"Popularity", popularity_options, offsetof(struct metrics_arguments, popularity)},
        {"Result", result_options, offsetof(struct metrics_arguments, result)},
        {"Selection", selection_options, offsetof(struct metrics_arguments, selection)},
        {"Database", database_options, offsetof(struct metrics_arguments, database)},
        {},
};

struct numbers {
        VECTOR(uint32_t) items;
};

static void numbers_clear(struct numbers *numbers)
{
        vector_clear(&numbers->items);
}

static int exclude(
        struct catalogue *catalogue, const char *name, struct numbers *numbers, struct error *error)
{
        struct feature feature;
        uint32_t *added;
        int r;

        r = feature_parse(name, &feature, error);
        if (r < 0)
                return error_prefix(error, r, "--exclude");
        r = catalogue_add(catalogue, &feature);
        added = r < 0 ? NULL : vector_add(&numbers->items);
        if (!added)
                return -ENOMEM;
        *added = r;
        return 0;
}

/* The numbers of the features that --exclude names. */
static int find_excluded(const struct option_list *lists, struct catalogue *catalogue,
        struct numbers *numbers, struct error *error)
{
        const char **list;
        int r = 0;

        vector_for_each(list, &lists->values) {
                CLEANUP_STRINGS char **names = strings_split(*list, ',');

                if (!names)
                        return -ENOMEM;
                for (size_t i = 0; r == 0 && names[i]; i++)
                        r = exclude(catalogue, names[i], numbers, error);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int write_text(const void *report, FILE *stream)
{
        const struct text_options options = {
                .color = terminal_color(stream),
                .width = terminal_width(stream),
        };

        return report_metrics_text(report, &options, stream);
}

static int write_json(const void *report, FILE *stream)
{
        return report_metrics_json(report, stream);
}

static int write_csv(const void *report, FILE *stream)
{
        return report_metrics_csv(report, stream);
}

static const struct result_writers writers = {
        .text = write_text,
        .json = write_json,
        .csv = write_csv,
};

/* The part that needs the database. */
static int load(const struct metrics_arguments *arguments, const char *applications,
        struct collection **ret_collection, struct static_sets *ret_statics,
        struct profile **ret_profile, struct error *error)
{
        CLEANUP_STORE struct store *store = NULL;
        int r;

        r = database_open(&arguments->database, STORE_READ, &store, error);
        if (r == 0 && arguments->os)
                r = profile_from_argument(store, arguments->os, ret_profile, error);
        if (r == 0)
                r = collection_from_store(
                        store, &arguments->selection, applications, ret_collection, error);
        if (r == 0)
                r = store_load_statics(store, *ret_collection, ret_statics, error);
        return r;
}

static int tell(const struct metrics_arguments *arguments, const char *applications,
        const struct popularity *popularity, struct error *error)
{
        CLEANUP_STATIC_SETS struct static_sets statics = {};
        CLEANUP(numbers_clear) struct numbers excluded = {};
        CLEANUP_COLLECTION struct collection *collection = NULL;
        CLEANUP_PROFILE struct profile *profile = NULL;
        CLEANUP_METRICS struct metrics *metrics = NULL;
        int r;

        r = load(arguments, applications, &collection, &statics, &profile, error);
        if (r == 0)
                r = find_excluded(&arguments->exclude, collection->catalogue, &excluded, error);
        if (r < 0)
                return r;
        const struct metrics_options options = {
                .definition = arguments->definition,
                .profile = profile,
                .partial_is_missing = arguments->partial_missing,
                .popularity = popularity,
                .statics = &statics,
                .excluded = excluded.items.items,
                .excluded_count = excluded.items.count,
                .top = arguments->top,
        };
        r = metrics_calculate(collection, &options, &metrics);
        if (r < 0)
                return r;
        const struct metrics_report report = {
                .collection = collection,
                .metrics = metrics,
                .profile = profile,
                .definition = arguments->definition,
                .top = arguments->top,
                .numbers = arguments->result.numbers,
                .datasets =
                        arguments->details || (applications && strcmp(applications, "all") != 0),
                .places = arguments->details,
                .curve = arguments->curve,
        };
        return result_write(&arguments->result, &writers, &report, error);
}

/* What one option without another means nothing. */
static int check(const struct metrics_arguments *arguments, struct error *error)
{
        if (!arguments->os && (arguments->partial_missing || arguments->exclude.values.count > 0))
                return error_set(error, EINVAL, "%s tells something with --os only",
                        arguments->partial_missing ? "--partial-missing" : "--exclude");
        return 0;
}

static int metrics_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct metrics_arguments *arguments = values;
        CLEANUP_POPULARITY struct popularity *popularity = NULL;
        CLEANUP_FREE char *applications = NULL;
        int r;

        r = check(arguments, error);
        if (r == 0)
                r = applications_from_operands(operands, &applications, error);
        if (r == 0)
                r = result_arguments_check(&arguments->result, error);
        if (r == 0)
                r = popularity_from_arguments(&arguments->popularity, &popularity, error);
        if (r == 0)
                r = tell(arguments, applications, popularity, error);
        return r;
}

const struct verb verb_metrics = {
        .name = "metrics",
        .summary = "tell how important system calls are, and how complete an operating system is",
        .usage =
                (const char *const[]){
                        "[options] [APP,...|all]",
                        "--os PROFILE [options] [APP,...|all]",
                        NULL,
                },
        .description =
                "Over the results of all applications in the database, or of those that are named: "
                "how many of them use and require each call, and what share of its calls an "
                "application can do without. A result is an application under one workload.\n"
                "\n"
                "With --os, the share of results that have all they need on this system, and the "
                "most important calls that it lacks: in how many results they are used, required, "
                "and work faked or stubbed. What the system itself stubs or fakes is lacking. By "
                "default a result needs what it requires; what it uses and cannot do stubbed, "
                "which is Gramine's definition, is told beside it. " PROFILE_ARGUMENT_HELP "\n"
                "\n"
                "With --popcon, a call's importance is the chance that a machine has any package "
                "that uses it, 1 - product of (1 - p), and completeness is weighted by p, the "
                "share of machines that have a package (Tsai et al., EuroSys'16). The results of "
                "all workloads and applications of a package count as one. With --packages a "
                "package works when all that it depends on, through any number of others, works "
                "as well; packages without results hinder none. Calls are then ordered by the "
                "importance of what needs them, without --popcon by the number of results.",
        .groups = metrics_groups,
        .defaults = &metrics_defaults,
        .options_size = sizeof(metrics_defaults),
        .failure = 2,
        .main = metrics_main,
};
