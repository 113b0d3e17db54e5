/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What the applications of a problem need implemented, and nothing else of it: the relaxed problem,
 * in which whatever is avoidable costs nothing. As scheduling theory has it: features are jobs with
 * a cost, groups of applications are jobs with a weight that come after all features they need, and
 * the sum of weight times completion is to be small (1 | prec | Σ w C, bipartite).
 */

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "plan/plan.h"

#define NEEDS_NO_GROUP UINT32_MAX

struct needs {
        size_t group_count;   /* sets of applications that need the same, which is not nothing */
        size_t feature_count; /* that some group needs, and that are not implemented yet */
        uint64_t *weights;    /* by group: of its applications together */
        uint64_t *costs;      /* by feature: at least 1 */
        size_t *starts;       /* by group: its first place in `features`; then the size of that */
        uint32_t *features;   /* of the groups, each one's ascending */
        uint32_t *groups;     /* by application of the problem: NEEDS_NO_GROUP where it needs none;
                                 NULL where no problem is behind it */
};

/* Groups are in the order of their first applications. Owned by the caller. 0 or -ENOMEM. */
int needs_new(const struct plan_problem *problem, struct needs **ret);

struct needs *needs_free(struct needs *needs);
DEFINE_CLEANUP(struct needs *, needs_free)
#define CLEANUP_NEEDS CLEANUP(needs_freep)
