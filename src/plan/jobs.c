/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/jobs.h"

#include <errno.h>
#include <string.h>

#include "plan/set-table.h"
#include "plan/state.h"

#define NO_FEATURE UINT32_MAX

/* While the jobs are found. */
struct survey {
        const struct plan_problem *problem;
        bool with_conflicts;
        bool *demanded[DEMAND_COUNT]; /* by number: somebody demands it so */
        uint32_t *places;             /* by number: its place in the jobs, or NO_FEATURE */
        size_t findings;              /* and conflicts, over all applications */
};

static void survey_clear(struct survey *survey)
{
        for (int kind = 0; kind < DEMAND_COUNT; kind++)
                free(survey->demanded[kind]);
        free(survey->places);
}

struct jobs *jobs_free(struct jobs *jobs)
{
        if (!jobs)
                return NULL;
        free(jobs->weights);
        free(jobs->costs);
        free(jobs->starts);
        free(jobs->demands);
        free(jobs->of_application);
        free(jobs);
        return NULL;
}

/* False where nothing is demanded that could cost anything. */
static bool demand_of(
        const struct plan_problem *problem, const struct finding *finding, enum demand_kind *ret)
{
        if (finding->verdict == VERDICT_EITHER ||
                problem->initial[finding->feature] == TREATMENT_IMPLEMENT)
                return false;
        *ret = verdict_needs_implementing(finding->verdict) ? DEMAND_IMPLEMENT
               : finding->verdict == VERDICT_STUB           ? DEMAND_STUB
                                                            : DEMAND_FAKE;
        return true;
}

/* The member of a conflict to implement; NO_FEATURE where one is, or is required anyhow. */
static uint32_t way_out(const struct plan_problem *problem,
        const struct plan_application *application, const struct feature_numbers *conflict)
{
        const uint32_t *number;
        uint32_t best = NO_FEATURE;
        const struct finding *finding;

        vector_for_each(number, &conflict->numbers) {
                finding = findings_find(&application->findings, *number);
                if (problem->initial[*number] == TREATMENT_IMPLEMENT ||
                        (finding && verdict_needs_implementing(finding->verdict)))
                        return NO_FEATURE;
                if (best == NO_FEATURE || problem->costs[*number] < problem->costs[best])
                        best = *number;
        }
        return best;
}

static void survey_application(struct survey *survey, const struct plan_application *application)
{
        const struct finding *finding;
        enum demand_kind kind;
        uint32_t number;

        vector_for_each(finding, &application->findings.items)
                if (demand_of(survey->problem, finding, &kind))
                        survey->demanded[kind][finding->feature] = true;
        for (size_t c = 0; survey->with_conflicts && c < application->conflict_count; c++) {
                number = way_out(survey->problem, application, &application->conflicts[c]);
                if (number != NO_FEATURE)
                        survey->demanded[DEMAND_IMPLEMENT][number] = true;
        }
        survey->findings += application->findings.items.count + application->conflict_count;
}

/* What nobody demands implemented, and not both stubbed and faked, never costs anything. */
static int place_features(struct survey *survey, struct jobs *jobs)
{
        const struct plan_problem *problem = survey->problem;

        jobs->costs = calloc(problem->limit + 1, sizeof(*jobs->costs));
        if (!jobs->costs)
                return -ENOMEM;
        for (uint32_t number = 0; number < problem->limit; number++) {
                survey->places[number] = NO_FEATURE;
                if (!survey->demanded[DEMAND_IMPLEMENT][number] &&
                        !(survey->demanded[DEMAND_STUB][number] &&
                                survey->demanded[DEMAND_FAKE][number]))
                        continue;
                survey->places[number] = (uint32_t)jobs->feature_count;
                jobs->costs[jobs->feature_count++] = problem->costs[number];
        }
        return 0;
}

static int compare_demands(const void *a, const void *b)
{
        uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

        return (x > y) - (x < y);
}

/* Adds the ways out of conflicts; of two demands of one feature the first, to implement it, stays.
 */
static size_t add_conflicts(const struct survey *survey, const struct plan_application *application,
        uint32_t *demands, size_t count)
{
        size_t kept = 0;
        uint32_t number;

        for (size_t c = 0; c < application->conflict_count; c++) {
                number = way_out(survey->problem, application, &application->conflicts[c]);
                if (number != NO_FEATURE)
                        demands[count++] = DEMAND(survey->places[number], DEMAND_IMPLEMENT);
        }
        qsort(demands, count, sizeof(*demands), compare_demands);
        for (size_t i = 0; i < count; i++)
                if (!kept || DEMAND_FEATURE(demands[kept - 1]) != DEMAND_FEATURE(demands[i]))
                        demands[kept++] = demands[i];
        return kept;
}

static size_t list_demands(
        const struct survey *survey, const struct plan_application *application, uint32_t *demands)
{
        const struct finding *finding;
        enum demand_kind kind;
        size_t count = 0;

        vector_for_each(finding, &application->findings.items)
                if (demand_of(survey->problem, finding, &kind) &&
                        survey->places[finding->feature] != NO_FEATURE)
                        demands[count++] = DEMAND(survey->places[finding->feature], kind);
        if (survey->with_conflicts && application->conflict_count)
                count = add_conflicts(survey, application, demands, count);
        return count;
}

static int fill_jobs(const struct survey *survey, struct jobs *jobs, struct set_table *table)
{
        const struct plan_problem *problem = survey->problem;
        size_t count = problem->application_count;

        jobs->application_count = count;
        jobs->weights = calloc(count + 1, sizeof(*jobs->weights));
        jobs->of_application = calloc(count + 1, sizeof(*jobs->of_application));
        if (!jobs->weights || !jobs->of_application)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                jobs->of_application[i] = set_table_add(table,
                        list_demands(survey, &problem->applications[i], set_table_next(table)));
                jobs->weights[jobs->of_application[i]] += problem->applications[i].weight;
        }
        jobs->job_count = table->count;
        jobs->starts = steal_pointer(table->starts);
        jobs->demands = steal_pointer(table->members);
        return 0;
}

int jobs_new(const struct plan_problem *problem, bool with_conflicts, struct jobs **ret)
{
        struct survey survey CLEANUP(survey_clear) = {
                .problem = problem,
                .with_conflicts = with_conflicts,
        };
        struct set_table table CLEANUP_SET_TABLE = {};
        struct jobs *jobs CLEANUP_JOBS = calloc(1, sizeof(*jobs));
        int r;

        survey.places = calloc(problem->limit + 1, sizeof(*survey.places));
        for (int kind = 0; kind < DEMAND_COUNT; kind++) {
                survey.demanded[kind] = calloc(problem->limit + 1, sizeof(bool));
                if (!survey.demanded[kind])
                        return -ENOMEM;
        }
        if (!jobs || !survey.places)
                return -ENOMEM;
        for (size_t i = 0; i < problem->application_count; i++)
                survey_application(&survey, &problem->applications[i]);
        r = set_table_init(problem->application_count, survey.findings, &table);
        if (r == 0)
                r = place_features(&survey, jobs);
        if (r == 0)
                r = fill_jobs(&survey, jobs, &table);
        if (r < 0)
                return r;
        *ret = steal_pointer(jobs);
        return 0;
}
