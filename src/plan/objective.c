/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/order.h"

unsigned __int128 plan_objective(const struct plan_problem *problem, const struct plan *plan)
{
        unsigned __int128 objective = 0, spent = 0;
        const struct plan_step *step;
        const uint32_t *number;

        vector_for_each(step, &plan->steps) {
                vector_for_each(number, &step->implement)
                        spent += problem->costs[*number];
                vector_for_each(number, &step->applications)
                        objective += spent * problem->applications[*number].weight;
        }
        return objective;
}
