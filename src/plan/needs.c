/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/needs.h"

#include <errno.h>
#include <string.h>

#include "plan/set-table.h"
#include "plan/state.h"

#define NO_FEATURE UINT32_MAX

struct needs *needs_free(struct needs *needs)
{
        if (!needs)
                return NULL;
        free(needs->weights);
        free(needs->costs);
        free(needs->starts);
        free(needs->features);
        free(needs->groups);
        free(needs);
        return NULL;
}

static bool is_needed(const struct plan_problem *problem, const struct finding *finding)
{
        return verdict_needs_implementing(finding->verdict) &&
               problem->initial[finding->feature] != TREATMENT_IMPLEMENT;
}

/* Gives what is needed its place, by number; returns how often it is, over all applications. */
static size_t find_features(
        const struct plan_problem *problem, struct needs *needs, uint32_t *places)
{
        const struct finding *finding;
        size_t needed = 0;

        memset(places, 0xff, problem->limit * sizeof(*places));
        for (size_t i = 0; i < problem->application_count; i++)
                vector_for_each(finding, &problem->applications[i].findings.items)
                        if (is_needed(problem, finding)) {
                                places[finding->feature] = 0;
                                needed++;
                        }
        for (uint32_t number = 0; number < problem->limit; number++)
                if (places[number] != NO_FEATURE)
                        places[number] = (uint32_t)needs->feature_count++;
        return needed;
}

static int fill_features(
        const struct plan_problem *problem, struct needs *needs, const uint32_t *places)
{
        needs->costs = calloc(needs->feature_count + 1, sizeof(*needs->costs));
        if (!needs->costs)
                return -ENOMEM;
        for (uint32_t number = 0; number < problem->limit; number++)
                if (places[number] != NO_FEATURE)
                        needs->costs[places[number]] = problem->costs[number];
        return 0;
}

static int fill_groups(const struct plan_problem *problem, struct needs *needs,
        const uint32_t *places, struct set_table *table)
{
        const struct finding *finding;

        needs->weights = calloc(problem->application_count + 1, sizeof(*needs->weights));
        needs->groups = calloc(problem->application_count + 1, sizeof(*needs->groups));
        if (!needs->weights || !needs->groups)
                return -ENOMEM;
        for (size_t i = 0; i < problem->application_count; i++) {
                uint32_t *set = set_table_next(table);
                size_t count = 0;

                vector_for_each(finding, &problem->applications[i].findings.items)
                        if (is_needed(problem, finding))
                                set[count++] = places[finding->feature];
                needs->groups[i] = count ? set_table_add(table, count) : NEEDS_NO_GROUP;
                if (count)
                        needs->weights[needs->groups[i]] += problem->applications[i].weight;
        }
        needs->group_count = table->count;
        needs->starts = steal_pointer(table->starts);
        needs->features = steal_pointer(table->members);
        return 0;
}

int needs_new(const struct plan_problem *problem, struct needs **ret)
{
        struct needs *needs CLEANUP_NEEDS = calloc(1, sizeof(*needs));
        struct set_table table CLEANUP_SET_TABLE = {};
        uint32_t *places CLEANUP_FREE = calloc(problem->limit + 1, sizeof(*places));
        int r;

        if (!needs || !places)
                return -ENOMEM;
        r = set_table_init(
                problem->application_count, find_features(problem, needs, places), &table);
        if (r == 0)
                r = fill_features(problem, needs, places);
        if (r == 0)
                r = fill_groups(problem, needs, places, &table);
        if (r < 0)
                return r;
        *ret = steal_pointer(needs);
        return 0;
}
