/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "cli/database-arguments.h"
#include "cli/message.h"
#include "cli/plan-input.h"
#include "cli/popularity-arguments.h"
#include "cli/profile-argument.h"
#include "cli/result-arguments.h"
#include "report/plan.h"
#include "report/terminal.h"
#include "store/result.h"

struct plan_arguments {
        const char *os;
        const char *applications;
        enum strategy strategy;
        bool equivalents;
        bool partial_missing;
        struct plan_input_arguments input;
        struct popularity_arguments popularity;
        struct result_arguments result;
        struct selection_arguments selection;
        struct database_arguments database;
};

static const struct plan_arguments plan_defaults = {.strategy = STRATEGY_GREEDY};

static const char *strategy_word(unsigned value)
{
        return strategy_name(value);
}

#define FIELD(name) .offset = offsetof(struct plan_arguments, name)

static const struct option plan_options[] = {
        {"os", .kind = OPTION_STRING, FIELD(os), .placeholder = "PROFILE",
                .help = "what the operating system offers already: a profile's name or path, or "
                        "none (the default)"},
        {"apps", .kind = OPTION_STRING, FIELD(applications), .placeholder = "APP,...|all",
                .help = "plan for these applications only (default: all); they may also stand "
                        "without --apps"},
        {"strategy", .kind = OPTION_CHOICE, FIELD(strategy), .placeholder = "STRATEGY",
                .word = strategy_word, .maximum = STRATEGY_COUNT - 1,
                .help = "how to find the order of the applications (default: greedy)"},
        {"equivalents", .kind = OPTION_FLAG, FIELD(equivalents),
                .help = "let one call stand for another that does the same, such as openat for "
                        "open"},
        {"partial-missing", .kind = OPTION_FLAG, FIELD(partial_missing),
                .help = "count what the profile has in part as missing (default: as supported)"},
        {},
};

static const struct option result_options[] = {
        RESULT_OPTIONS,
        RESULT_OPTION_CSV("change and application"),
        RESULT_OPTION_MARKDOWN,
        {},
};

static const struct option_group plan_groups[] = {
        {"Plan", plan_options},
        {"Weights", plan_input_options, offsetof(struct plan_arguments, input)},
        {"Popularity", installs_options, offsetof(struct plan_arguments, popularity)},
        {"Result", result_options, offsetof(struct plan_arguments, result)},
        {"Selection", selection_options, offsetof(struct plan_arguments, selection)},
        {"Database", database_options, offsetof(struct plan_arguments, database)},
        {},
};

static int write_text(const void *what, FILE *stream)
{
        struct plan_report report = *(const struct plan_report *)what;

        report.text.color = terminal_color(stream);
        report.text.width = terminal_width(stream);
        return report_plan_text(&report, stream);
}

static int write_json(const void *what, FILE *stream)
{
        return report_plan_json(what, stream);
}

static int write_csv(const void *what, FILE *stream)
{
        return report_plan_csv(what, stream);
}

static int write_markdown(const void *what, FILE *stream)
{
        return report_plan_markdown(what, stream);
}

static const struct result_writers writers = {
        .text = write_text,
        .json = write_json,
        .csv = write_csv,
        .markdown = write_markdown,
};

/* What the plan is made of. */
struct planning {
        struct store *store;
        struct profile *profile;
        struct collection *datasets;     /* as loaded */
        struct collection *applications; /* the same, one an application; ends before `datasets` */
        struct collection *all;          /* where files may name others: everything */
        const char **without_data;
        bool *divided; /* as in struct plan_options, of `applications` */
};

static void planning_clear(struct planning *planning)
{
        free(planning->without_data);
        free(planning->divided);
        collection_free(planning->applications);
        collection_free(planning->datasets);
        collection_free(planning->all);
        profile_free(planning->profile);
        store_close(planning->store);
}

static bool tells_subfeatures(const struct collection *collection, const struct dataset *dataset)
{
        const struct finding *finding;

        vector_for_each(finding, &dataset->findings.items) {
                if (!catalogue_is_call(finding->feature) &&
                        catalogue_feature(collection->catalogue, finding->feature).kind ==
                                FEATURE_SUBFEATURE)
                        return true;
        }
        return false;
}

/* Which applications are known by their sub-features from all of their results. Both collections
 * are in the order of the applications' names. */
static int find_divided(struct planning *planning)
{
        const struct collection *merged = planning->applications;
        const struct dataset *dataset;
        size_t place = 0;

        planning->divided = calloc(merged->datasets.count + 1, sizeof(*planning->divided));
        if (!planning->divided)
                return -ENOMEM;
        for (size_t i = 0; i < merged->datasets.count; i++)
                planning->divided[i] = true;
        vector_for_each(dataset, &planning->datasets->datasets) {
                while (strcmp(merged->datasets.items[place].application, dataset->application) != 0)
                        place++;
                planning->divided[place] &= tells_subfeatures(planning->datasets, dataset);
        }
        return 0;
}

static int load(
        const struct plan_arguments *arguments, struct planning *planning, struct error *error)
{
        int r;

        r = database_open(&arguments->database, STORE_READ, &planning->store, error);
        if (r == 0 && arguments->os && strcmp(arguments->os, "none") != 0)
                r = profile_from_argument(
                        planning->store, arguments->os, &planning->profile, error);
        if (r == 0)
                r = collection_from_store(planning->store, &arguments->selection,
                        arguments->applications, &planning->datasets, error);
        if (r < 0)
                return r;
        r = collection_merge_applications(planning->datasets, &planning->applications);
        if (r == 0)
                r = collection_without_data(planning->datasets, NULL, &planning->without_data);
        if (r == 0 && arguments->equivalents)
                r = find_divided(planning);
        return r < 0 ? error_errno(error, -r, "merging results") : 0;
}

/* A file of weights may name applications that were not asked for; but no unknown ones. */
static int load_known(const struct plan_arguments *arguments, struct planning *planning,
        struct known_applications *ret, struct error *error)
{
        const struct selection everything = {};
        int r = 0;

        *ret = (struct known_applications){.collection = planning->applications};
        if (!arguments->applications || (!arguments->input.weights && !arguments->input.order))
                return 0;
        r = store_load(planning->store, &everything, &planning->all, NULL, error);
        if (r == 0)
                ret->others = planning->all->applications;
        return r;
}

/* Names that a note holds at most. */
#define NAMES_SHOWN 10

/* "no result that fits for django, flask and 12 more: left out of the plan" */
static int note_missing(const struct planning *planning, struct error *error)
{
        char *const *names = (char *const *)planning->without_data;
        const size_t count = strings_count(names);
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FCLOSE FILE *stream = NULL;
        size_t size;

        if (count == 0)
                return 0;
        stream = open_memstream(&text, &size);
        if (!stream)
                return error_errno(error, ENOMEM, "looking for missing results");
        fputs("no result that fits for ", stream);
        for (size_t i = 0; i < count && i < NAMES_SHOWN; i++)
                fprintf(stream, "%s%s", i ? ", " : "", names[i]);
        if (count > NAMES_SHOWN)
                fprintf(stream, " and %zu more", count - NAMES_SHOWN);
        fputs(": left out of the plan", stream);
        if (fflush(stream) != 0)
                return error_errno(error, ENOMEM, "looking for missing results");
        message_note(text);
        return 0;
}

/* No plan that fails is handed out; but the published algorithm's do, and that is what it is. */
static int check(const struct plan_problem *problem, const struct plan *plan, struct error *error)
{
        CLEANUP_FREE char *note = NULL;
        struct error reason = {};
        int r;

        r = plan_verify(problem, plan, &reason);
        if (r == 0)
                return 0;
        if (r != -EINVAL)
                return error_errno(error, -r, "checking the plan");
        if (plan->strategy != STRATEGY_PUBLISHED)
                return error_set(error, EINVAL, "the plan does not hold: %s", reason.message);
        note = string_format(
                "a published plan need not hold, and this one does not: %s", reason.message);
        if (!note)
                return error_errno(error, ENOMEM, "checking the plan");
        message_note(note);
        return 0;
}

static int make(
        const struct plan_arguments *arguments, struct planning *planning, struct error *error)
{
        CLEANUP_PLAN_PROBLEM struct plan_problem *problem = NULL;
        CLEANUP_PLAN struct plan *plan = NULL;
        CLEANUP_PLAN_INPUT struct plan_input input = {};
        CLEANUP_POPULARITY struct popularity *popularity = NULL;
        struct known_applications known;
        int r;

        r = load_known(arguments, planning, &known, error);
        if (r == 0)
                r = popularity_from_arguments(&arguments->popularity, &popularity, error);
        if (r == 0)
                r = plan_input_read(&arguments->input, popularity, &known, &input, error);
        if (r < 0)
                return r;
        const struct plan_options options = {
                .profile = planning->profile,
                .partial_is_missing = arguments->partial_missing,
                .equivalents = arguments->equivalents,
                .divided = planning->divided,
                .weights = input.weights,
                .costs = input.costs,
                .order = input.order,
        };
        r = plan_problem_new(planning->applications, &options, &problem, error);
        if (r == 0)
                r = plan_make(problem, arguments->strategy, &plan);
        if (r < 0)
                return r == -EINVAL ? r : error_errno(error, -r, "making the plan");
        r = check(problem, plan, error);
        if (r < 0)
                return r;
        const struct plan_report report = {
                .problem = problem,
                .plan = plan,
                .os = planning->profile ? planning->profile->name : NULL,
                .without_data = planning->without_data,
                .spelling = result_spelling(&arguments->result),
        };
        return result_write(&arguments->result, &writers, &report, error);
}

static int plan_main(const void *values, const struct operands *operands, struct error *error)
{
        CLEANUP(planning_clear) struct planning planning = {};
        struct plan_arguments arguments = *(const struct plan_arguments *)values;
        CLEANUP_FREE char *named = NULL;
        int r;

        r = applications_from_operands(operands, &named, error);
        if (r == 0 && named && arguments.applications)
                r = error_set(error, EINVAL, "applications are named either by --apps or without");
        if (named)
                arguments.applications = named;
        if (r == 0)
                r = result_arguments_check(&arguments.result, error);
        if (r == 0)
                r = load(&arguments, &planning, error);
        if (r == 0)
                r = note_missing(&planning, error);
        return r < 0 ? r : make(&arguments, &planning, error);
}

const struct verb verb_plan = {
        .name = "plan",
        .summary = "tell in which order a system should implement, stub and fake what is used",
        .usage = (const char *const[]){"--os PROFILE [options] [APP,...|all]", NULL},
        .description =
                "Makes a support plan: steps, each of which names what to implement, what to stub "
                "and what to fake, and which applications then work that did not before. Results "
                "of the same application under several workloads count together: what one "
                "requires is required. Of all kinds of workloads, that is, unless --workload says "
                "otherwise. What is untested counts as required. Applications without a result "
                "that fits are left out, and named.\n"
                "\n" PROFILE_ARGUMENT_HELP "\n"
                "\n"
                "Strategies: greedy takes next the application that costs the least to make work, "
                "of equals the one whose calls the most others require, and treats each call in "
                "one way: what is stubbed for one application and must be "
                "faked for another is implemented, and a treatment only changes where everything "
                "that was promised still works. optimal looks for the least cost spent before "
                "applications work, times their weights, and is never worse than greedy. "
                "published is the algorithm of the published prototype, for comparison: it may "
                "want a call both stubbed and faked.\n"
                "\n"
                "With --equivalents a call counts as supported where another that always can stand "
                "for it is (open by openat), and where the sub-features that a program was seen to "
                "use tell that a lesser one is enough for it (accept4 without flags by accept). Of "
                "two that are missing the one that stands for the other is to be implemented. The "
                "plan says what stood for what.\n"
                "\n"
                "Every plan but the published ones has been checked step by step before it is "
                "written. The summary tells how far it is from what any plan could reach at best.\n"
                "\n"
                "The exit status is 0, or 2 where nothing fits or something went wrong.",
        .groups = plan_groups,
        .defaults = &plan_defaults,
        .options_size = sizeof(plan_defaults),
        .failure = 2,
        .main = plan_main,
};
