/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Of a plan, what proofs have shown (`loupe plan --proven`): an application counts from the step on
 * at which, and at every one after it, it was seen to work with exactly what is there then. The
 * plan ends with the last step at which any application was tried, whatever came of it.
 */

#include "plan/plan.h"
#include "proof/os-model.h"

/*
 * What became of an application, by its place in the problem, under the policy: 1 works, 0 does
 * not, -ENOENT never tried, other negative values end the search.
 */
typedef int (*proof_lookup)(
        size_t application, const char *policy, void *context, struct error *error);

struct proven_plan {
        struct plan plan; /* its applications are the proven ones; what a step without any adds is
                             part of the next one, and left out behind the last. The objective and
                             bound are those of the whole plan */
        VECTOR(uint32_t) unproven; /* the others, by place */
};

/*
 * `system` has what was there before the plan. `ret` is to be cleared by the caller where it
 * succeeds. Returns 0, -ENOMEM or what `lookup` returned.
 */
int proven_plan_make(const struct plan_problem *problem, const struct plan *plan,
        const struct os_model_options *system, proof_lookup lookup, void *context,
        struct proven_plan *ret, struct error *error);
void proven_plan_clear(struct proven_plan *plan);
#define CLEANUP_PROVEN_PLAN CLEANUP(proven_plan_clear)
