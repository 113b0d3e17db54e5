/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/plan.h"

#include <errno.h>

#include "plan/order.h"
#include "plan/state.h"

static const struct {
        const char *name;
        int (*make)(const struct plan_problem *problem, struct plan *plan);
} strategies[STRATEGY_COUNT] = {
        [STRATEGY_GREEDY] = {"greedy", plan_greedy},
        [STRATEGY_OPTIMAL] = {"optimal", plan_optimal},
        [STRATEGY_PUBLISHED] = {"published", plan_published},
};

const char *strategy_name(enum strategy strategy)
{
        return strategies[strategy].name;
}

static int compare_features(const void *a, const void *b, void *catalogue)
{
        return plan_compare_features(catalogue, *(const uint32_t *)a, *(const uint32_t *)b);
}

static void sort(const struct plan_problem *problem, uint32_t *features, size_t count)
{
        if (count > 1)
                qsort_r(features, count, sizeof(*features), compare_features,
                        (void *)problem->catalogue);
}

/* Numbers of sub-features and files depend on what was loaded first: their order may not. */
static void arrange(const struct plan_problem *problem, struct plan *plan)
{
        struct plan_step *step;

        vector_for_each(step, &plan->steps) {
                sort(problem, step->implement.items, step->implement.count);
                sort(problem, step->stub.items, step->stub.count);
                sort(problem, step->fake.items, step->fake.count);
        }
}

int plan_make(const struct plan_problem *problem, enum strategy strategy, struct plan **ret)
{
        CLEANUP_PLAN struct plan *plan = calloc(1, sizeof(*plan));
        const struct plan_step *step;
        int r;

        if (!plan)
                return -ENOMEM;
        plan->strategy = strategy;
        r = strategies[strategy].make(problem, plan);
        if (r == 0 && strategy != STRATEGY_OPTIMAL)
                r = plan_bound(problem, strategy != STRATEGY_PUBLISHED, &plan->bound);
        if (r < 0)
                return r;
        arrange(problem, plan);
        vector_for_each(step, &plan->steps)
                plan->implemented += step->implement.count;
        plan->objective = plan_objective(problem, plan);
        *ret = steal_pointer(plan);
        return 0;
}

struct plan *plan_free(struct plan *plan)
{
        struct plan_step *step;

        if (!plan)
                return NULL;
        vector_for_each(step, &plan->steps) {
                vector_clear(&step->applications);
                vector_clear(&step->implement);
                vector_clear(&step->stub);
                vector_clear(&step->fake);
        }
        vector_clear(&plan->steps);
        vector_clear(&plan->initial);
        free(plan);
        return NULL;
}
