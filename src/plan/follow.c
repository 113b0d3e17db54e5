/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/order.h"

#include <errno.h>

#include "plan/state.h"

/*
 * By feature, how to treat what is either for everyone so far: as the first application in the
 * order needs it that does not take it either way; so it need not be changed when its turn comes.
 */
static void find_wishes(
        const struct plan_problem *problem, const uint32_t *order, enum treatment *wishes)
{
        const struct plan_application *application;
        const struct finding *finding;

        for (size_t i = 0; i < problem->application_count; i++) {
                application = &problem->applications[order[i]];
                vector_for_each(finding, &application->findings.items) {
                        if (wishes[finding->feature] != TREATMENT_NONE)
                                continue;
                        if (finding->verdict == VERDICT_STUB)
                                wishes[finding->feature] = TREATMENT_STUB;
                        else if (finding->verdict == VERDICT_FAKE)
                                wishes[finding->feature] = TREATMENT_FAKE;
                }
        }
}

/* What works as things are, before the first step. */
static int follow_initial(struct plan_state *state, struct plan *plan)
{
        struct plan_step joined = {};
        int r;

        r = state_join(state, &joined);
        state_forget_touched(state);
        plan->initial.items = joined.applications.items;
        plan->initial.count = joined.applications.count;
        plan->initial.capacity = joined.applications.capacity;
        return r;
}

int plan_follow(const struct plan_problem *problem, const uint32_t *order, struct plan *plan)
{
        CLEANUP_STATE struct plan_state state = {};
        CLEANUP_FREE enum treatment *wishes = calloc(problem->limit + 1, sizeof(*wishes));
        struct plan_step *step;
        int r;

        if (!wishes)
                return -ENOMEM;
        r = state_init(problem, &state);
        if (r == 0)
                r = follow_initial(&state, plan);
        find_wishes(problem, order, wishes);
        for (size_t i = 0; r == 0 && i < problem->application_count; i++) {
                if (state.promised[order[i]])
                        continue;
                step = vector_add(&plan->steps);
                if (!step)
                        return -ENOMEM;
                r = state_serve(&state, order[i], wishes, step);
                if (r == 0)
                        r = state_join(&state, step);
                state_forget_touched(&state);
        }
        return r;
}
