/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "cli/database-arguments.h"
#include "cli/message.h"
#include "cli/plan-input.h"
#include "cli/planning.h"
#include "cli/popularity-arguments.h"
#include "cli/profile-argument.h"
#include "cli/result-arguments.h"
#include "proof/proven.h"
#include "report/plan.h"
#include "report/terminal.h"
#include "store/proofs.h"
#include "store/result.h"

struct plan_arguments {
        const char *os;
        const char *applications;
        enum strategy strategy;
        bool equivalents;
        bool partial_missing;
        bool proven;
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
        {"proven", .kind = OPTION_FLAG, FIELD(proven),
                .help = "tell of the plan only what was proven (loupe prove --plan): applications "
                        "that were seen to work at each of its steps from theirs on"},
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

/* What proofs are looked up by. */
struct proven_context {
        struct store *store;
        const struct plan_problem *problem;
};

/* A proof_lookup. */
static int find_proof(size_t application, const char *policy, void *context, struct error *error)
{
        const struct proven_context *proven = context;

        return store_find_proof(proven->store, proven->problem->applications[application].name,
                NULL, policy, error);
}

/* The report of the plan, or of what was proven of it. */
static int write_report(const struct plan_arguments *arguments, const struct planning *planning,
        struct plan_report *report, struct error *error)
{
        const struct os_model_options system = {
                .profile = planning->profile,
                .partial_is_missing = arguments->partial_missing,
                .equivalents = arguments->equivalents,
        };
        struct proven_context context = {planning->store, report->problem};
        CLEANUP_PROVEN_PLAN struct proven_plan proven = {};
        int r;

        if (!arguments->proven)
                return result_write(&arguments->result, &writers, report, error);
        r = proven_plan_make(
                report->problem, report->plan, &system, find_proof, &context, &proven, error);
        if (r < 0)
                return r;
        report->plan = &proven.plan;
        report->proven = true;
        report->unproven = proven.unproven.items;
        report->unproven_count = proven.unproven.count;
        return result_write(&arguments->result, &writers, report, error);
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
        struct plan_report report = {
                .problem = problem,
                .plan = plan,
                .os = planning->profile ? planning->profile->name : NULL,
                .equivalents = arguments->equivalents,
                .partial_is_missing = arguments->partial_missing,
                .without_data = planning->without_data,
                .spelling = result_spelling(&arguments->result),
        };
        return write_report(arguments, planning, &report, error);
}

static int plan_main(const void *values, const struct operands *operands, struct error *error)
{
        CLEANUP_PLANNING struct planning planning = {};
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
        const struct planning_arguments what = {
                .database = &arguments.database,
                .selection = &arguments.selection,
                .applications = arguments.applications,
                .os = arguments.os,
                .equivalents = arguments.equivalents,
        };
        if (r == 0)
                r = planning_load(&what, &planning, error);
        if (r < 0)
                return r;
        tell_without_result(NULL, planning.without_data, "left out of the plan");
        return make(&arguments, &planning, error);
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
                "What loupe prove has learnt of features that do not go together counts as well. "
                "With --proven the plan is made as ever, and then cut down to what was seen to "
                "work: "
                "a step that no application was proven to work at is part of the next one.\n"
                "\n"
                "The exit status is 0, or 2 where nothing fits or something went wrong.",
        .groups = plan_groups,
        .defaults = &plan_defaults,
        .options_size = sizeof(plan_defaults),
        .failure = 2,
        .main = plan_main,
};
