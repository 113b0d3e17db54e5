/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/equivalents.h"

#include <errno.h>
#include <string.h>

#include "arch/syscalls.h"
#include "plan/state.h"

/* A row of the table in numbers of the native ABI. */
struct stand_in {
        const struct equivalent *equivalent;
        uint32_t call, by;
};

struct equation {
        struct plan_problem *problem;
        const bool *has;                   /* by call */
        const bool *divided;               /* by application */
        VECTOR(struct stand_in) stand_ins; /* in the order of the table */
        bool *needed;                      /* by feature: must be implemented in the end */
        uint32_t *stubs, *fakes; /* by feature: applications that need it stubbed, or faked */
        bool *divides;           /* by call: one of its sub-features is used */
        uint32_t *left;          /* by call: what it is left to; itself where it is not */
};

static void equation_clear(struct equation *equation)
{
        vector_clear(&equation->stand_ins);
        free(equation->needed);
        free(equation->stubs);
        free(equation->fakes);
        free(equation->divides);
        free(equation->left);
}

/* The number of a call of the native ABI, or -1. */
static int native_number(const char *name)
{
        const struct syscall_info *info = syscall_by_name(name);
        int number = info ? info->numbers[abi_native()] : -1;

        return number < CATALOGUE_CALLS ? number : -1;
}

static int number_rows(struct equation *equation)
{
        const struct equivalent *row;
        struct stand_in *added;
        int call, by;

        for (row = equivalent_table; row->call; row++) {
                call = native_number(row->call);
                by = native_number(row->by);
                if (call < 0 || by < 0)
                        continue;
                added = vector_add(&equation->stand_ins);
                if (!added)
                        return -ENOMEM;
                *added = (struct stand_in){row, call, by};
        }
        return 0;
}

/* What is needed, and which calls are divided. */
static void look_around(struct equation *equation)
{
        const struct plan_problem *problem = equation->problem;
        const struct finding *finding;
        struct feature feature;

        for (size_t i = 0; i < problem->application_count; i++)
                vector_for_each(finding, &problem->applications[i].findings.items) {
                        if (verdict_needs_implementing(finding->verdict))
                                equation->needed[finding->feature] = true;
                        equation->stubs[finding->feature] += finding->verdict == VERDICT_STUB;
                        equation->fakes[finding->feature] += finding->verdict == VERDICT_FAKE;
                        if (catalogue_is_call(finding->feature))
                                continue;
                        feature = catalogue_feature(problem->catalogue, finding->feature);
                        if (feature.kind == FEATURE_SUBFEATURE && feature.abi == abi_native() &&
                                feature.number < CATALOGUE_CALLS)
                                equation->divides[feature.number] = true;
                }
}

/* What one application needs stubbed and another faked must be implemented, too. */
static bool is_contradictory(const struct equation *equation, uint32_t feature)
{
        return equation->stubs[feature] > 0 && equation->fakes[feature] > 0;
}

static int equation_init(struct equation *equation)
{
        unsigned limit = equation->problem->limit;

        equation->needed = calloc(limit, sizeof(*equation->needed));
        equation->stubs = calloc(limit, sizeof(*equation->stubs));
        equation->fakes = calloc(limit, sizeof(*equation->fakes));
        equation->divides = calloc(CATALOGUE_CALLS, sizeof(*equation->divides));
        equation->left = calloc(CATALOGUE_CALLS, sizeof(*equation->left));
        if (!equation->needed || !equation->stubs || !equation->fakes || !equation->divides ||
                !equation->left)
                return -ENOMEM;
        look_around(equation);
        for (unsigned feature = 0; feature < limit; feature++)
                equation->needed[feature] |= is_contradictory(equation, feature);
        return number_rows(equation);
}

static int note(struct equation *equation, const struct stand_in *stand_in, uint32_t call,
        uint32_t by, uint32_t application)
{
        struct plan_substitute *added = vector_add(&equation->problem->substitutes);

        if (!added)
                return -ENOMEM;
        *added = (struct plan_substitute){
                .call = call,
                .by = by,
                .application = application,
                /* Over several hands there is no single way. */
                .how = stand_in->call == call && stand_in->by == by ? stand_in->equivalent->how
                                                                    : NULL,
        };
        return 0;
}

/*
 * The nearest call that always stands for `call` and is `wanted`, over any number of hands; NULL
 * where there is none. The chains have ends (the generator sees to it), and few are longer than 3.
 */
static const struct stand_in *find_always(const struct equation *equation, uint32_t call,
        bool (*wanted)(const struct equation *equation, uint32_t call, uint32_t by), uint32_t from)
{
        const struct stand_in *stand_in, *found;

        vector_for_each(stand_in, &equation->stand_ins)
                if (stand_in->call == call && !stand_in->equivalent->values &&
                        wanted(equation, from, stand_in->by))
                        return stand_in;
        vector_for_each(stand_in, &equation->stand_ins) {
                if (stand_in->call != call || stand_in->equivalent->values)
                        continue;
                found = find_always(equation, stand_in->by, wanted, from);
                if (found)
                        return found;
        }
        return NULL;
}

static bool is_there(const struct equation *equation, uint32_t call, uint32_t by)
{
        (void)call;
        return equation->has[by];
}

static bool is_to_come(const struct equation *equation, uint32_t call, uint32_t by)
{
        const struct plan_problem *problem = equation->problem;

        return equation->needed[by] && problem->costs[by] <= problem->costs[call];
}

/* The sub-features of a call that another stands for are there with it, unless something is said of
 * them. */
static void serve_subfeatures(struct plan_problem *problem, uint32_t call)
{
        struct feature feature;

        for (unsigned number = CATALOGUE_CALLS; number < problem->limit; number++) {
                feature = catalogue_feature(problem->catalogue, number);
                if (feature.kind == FEATURE_SUBFEATURE && feature.abi == abi_native() &&
                        (uint32_t)feature.number == call &&
                        problem->initial[number] == TREATMENT_NONE)
                        problem->initial[number] = TREATMENT_IMPLEMENT;
        }
}

/* Missing calls that something the OS has stands for, and those that are left to others. */
static int find_substitutes(struct equation *equation)
{
        struct plan_problem *problem = equation->problem;
        const struct stand_in *found;
        int r = 0;

        for (uint32_t call = 0; r == 0 && call < CATALOGUE_CALLS; call++) {
                equation->left[call] = call;
                if (!equation->needed[call] || problem->initial[call] == TREATMENT_IMPLEMENT)
                        continue;
                found = find_always(equation, call, is_there, call);
                if (found) {
                        r = note(equation, found, call, found->by, PLAN_EVERY_APPLICATION);
                        problem->initial[call] = TREATMENT_IMPLEMENT;
                        serve_subfeatures(problem, call);
                        continue;
                }
                found = find_always(equation, call, is_to_come, call);
                if (found && !equation->divides[call])
                        equation->left[call] = found->by;
        }
        return r;
}

/* What is left to a call that is left to another is left to that one. */
static int settle_left(struct equation *equation)
{
        const struct stand_in *stand_in;
        uint32_t by;
        int r = 0;

        for (uint32_t call = 0; r == 0 && call < CATALOGUE_CALLS; call++) {
                by = equation->left[call];
                while (equation->left[by] != by)
                        by = equation->left[by];
                if (by == call)
                        continue;
                equation->left[call] = by;
                stand_in = equation->stand_ins.items;
                while (stand_in->call != call ||
                        (stand_in->by != by &&
                                stand_in + 1 <
                                        equation->stand_ins.items + equation->stand_ins.count &&
                                stand_in[1].call == call))
                        stand_in++;
                r = note(equation, stand_in, call, by, PLAN_EVERY_APPLICATION);
        }
        return r;
}

/* True where the application uses no value of the call but those of the row. */
static bool fits(const struct equation *equation, const struct plan_application *application,
        const struct stand_in *stand_in)
{
        const struct finding *finding;
        char name[FEATURE_NAME_MAX];
        struct feature feature;
        const char *value;
        size_t i;

        vector_for_each(finding, &application->findings.items) {
                if (catalogue_is_call(finding->feature))
                        continue;
                feature = catalogue_feature(equation->problem->catalogue, finding->feature);
                if (feature.kind != FEATURE_SUBFEATURE || feature.abi != abi_native() ||
                        (uint32_t)feature.number != stand_in->call)
                        continue;
                value = strrchr(feature_name(feature, name), ':') + 1;
                for (i = 0; stand_in->equivalent->values[i]; i++)
                        if (strcmp(stand_in->equivalent->values[i], value) == 0)
                                break;
                if (!stand_in->equivalent->values[i])
                        return false;
        }
        return true;
}

/* What the OS has that stands for the call as that application uses it, or NULL. */
static const struct stand_in *find_fitting(
        const struct equation *equation, uint32_t place, uint32_t call)
{
        const struct stand_in *stand_in;

        if (!equation->divided[place])
                return NULL;
        vector_for_each(stand_in, &equation->stand_ins)
                if (stand_in->call == call && stand_in->equivalent->values &&
                        equation->has[stand_in->by] &&
                        fits(equation, &equation->problem->applications[place], stand_in))
                        return stand_in;
        return NULL;
}

/* True for sub-features of a call that an application does without. */
static bool is_part_of(const struct plan_problem *problem, uint32_t number, const bool *without)
{
        struct feature feature;

        if (catalogue_is_call(number))
                return without[number];
        feature = catalogue_feature(problem->catalogue, number);
        return feature.kind == FEATURE_SUBFEATURE && feature.abi == abi_native() &&
               feature.number < CATALOGUE_CALLS && without[feature.number];
}

/* The finding as it is under the new number, beside those that are there. */
static int add_required(struct findings *extra, uint32_t feature)
{
        struct finding *added = vector_add(&extra->items);

        if (!added)
                return -ENOMEM;
        *added = (struct finding){feature, VERDICT_REQUIRED};
        return 0;
}

static int compare_findings(const void *a, const void *b)
{
        const struct finding *x = a, *y = b;

        return (x->feature > y->feature) - (x->feature < y->feature);
}

/* Sorts what was added and merges it with the rest. */
static int merge_extra(struct plan_application *application, struct findings *extra)
{
        struct findings merged = {};
        size_t kept = 0;

        if (extra->items.count == 0)
                return 0;
        qsort(extra->items.items, extra->items.count, sizeof(*extra->items.items),
                compare_findings);
        for (size_t i = 0; i < extra->items.count; i++)
                if (kept == 0 ||
                        extra->items.items[kept - 1].feature != extra->items.items[i].feature)
                        extra->items.items[kept++] = extra->items.items[i];
        extra->items.count = kept;
        if (findings_merge(&application->findings, extra, &merged) < 0)
                return -ENOMEM;
        findings_clear(&application->findings);
        application->findings = merged;
        return 0;
}

/*
 * True where the application waits for what the call is left to. Of those that need it stubbed and
 * those that need it faked the fewer do, rather than have it implemented besides.
 */
static bool is_left(const struct equation *equation, const struct finding *finding)
{
        uint32_t call = finding->feature;
        enum verdict fewer = VERDICT_FAKE;

        if (equation->left[call] == call)
                return false;
        if (verdict_needs_implementing(finding->verdict))
                return true;
        if (equation->stubs[call] < equation->fakes[call])
                fewer = VERDICT_STUB;
        return is_contradictory(equation, call) && finding->verdict == fewer;
}

/* Returns 1 where the finding is to be taken out, 0 where it stays. */
static int replace(struct equation *equation, uint32_t place, const struct finding *finding,
        struct findings *extra)
{
        const struct stand_in *fitting = NULL;
        int r;

        if (!catalogue_is_call(finding->feature) ||
                equation->problem->initial[finding->feature] == TREATMENT_IMPLEMENT)
                return 0;
        if (verdict_needs_implementing(finding->verdict))
                fitting = find_fitting(equation, place, finding->feature);
        if (fitting)
                r = note(equation, fitting, fitting->call, fitting->by, place);
        else if (is_left(equation, finding))
                r = add_required(extra, equation->left[finding->feature]);
        else
                return 0;
        return r < 0 ? r : 1;
}

/* Takes out what the application does without, and what is left to others. */
static int rewrite(struct equation *equation, uint32_t place)
{
        struct plan_application *application = &equation->problem->applications[place];
        CLEANUP(findings_clear) struct findings extra = {};
        bool without[CATALOGUE_CALLS] = {};
        struct finding *finding, *kept;
        int r;

        vector_for_each(finding, &application->findings.items) {
                r = replace(equation, place, finding, &extra);
                if (r < 0)
                        return r;
                if (r > 0)
                        without[finding->feature] = true;
        }
        kept = application->findings.items.items;
        vector_for_each(finding, &application->findings.items)
                if (!is_part_of(equation->problem, finding->feature, without))
                        *kept++ = *finding;
        application->findings.items.count = kept - application->findings.items.items;
        return merge_extra(application, &extra);
}

int equivalents_apply(struct plan_problem *problem, const bool *has, const bool *divided)
{
        CLEANUP(equation_clear)
        struct equation equation = {.problem = problem, .has = has, .divided = divided};
        int r;

        r = equation_init(&equation);
        if (r == 0)
                r = find_substitutes(&equation);
        if (r == 0)
                r = settle_left(&equation);
        for (uint32_t i = 0; r == 0 && i < problem->application_count; i++)
                r = rewrite(&equation, i);
        return r;
}
