/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What decides the objective of an order of applications: jobs, which are applications that demand
 * the same, and what each demands of features that are not implemented yet. A feature costs as soon
 * as a job that requires it has had its turn, or one that works with it stubbed only and one that
 * works with it faked only have. So what a set of jobs costs does not depend on their order.
 *
 * Of a conflict (a set of which not all may be avoided) the cheapest member can count as required,
 * which is what plan_follow() does where nothing else helps; so it can turn out cheaper.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "plan/plan.h"

enum demand_kind {
        DEMAND_IMPLEMENT,
        DEMAND_STUB,
        DEMAND_FAKE,
        DEMAND_COUNT,
};

/* A feature and what is demanded of it, in one number. */
#define DEMAND(feature, kind)  ((uint32_t)((feature) << 2 | (kind)))
#define DEMAND_FEATURE(demand) ((demand) >> 2)
#define DEMAND_KIND(demand)    ((enum demand_kind)((demand)&3))

struct jobs {
        size_t job_count, feature_count;
        uint64_t *weights; /* by job: of its applications together */
        uint64_t *costs;   /* by feature */
        size_t *starts;    /* by job: its first place in `demands`; then the size of that */
        uint32_t *demands; /* of one job by feature */
        size_t application_count;
        uint32_t *of_application; /* by place in the problem: its job */
};

/*
 * Jobs are in the order of their first applications. Without conflicts a plan costs no less than
 * its order of jobs. Owned by the caller. Returns 0 or -ENOMEM.
 */
int jobs_new(const struct plan_problem *problem, bool with_conflicts, struct jobs **ret);

struct jobs *jobs_free(struct jobs *jobs);
DEFINE_CLEANUP(struct jobs *, jobs_free)
#define CLEANUP_JOBS CLEANUP(jobs_freep)

/*
 * An order of jobs in which each has the highest weight per additional cost of those that are left
 * of the lowest class; the first of equals. `classes` by job, or NULL: all in one. Returns 0 or
 * -ENOMEM.
 */
int jobs_order_by_density(const struct jobs *jobs, const uint32_t *classes, uint32_t *order);
