/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Support plans: in which order an operating system should implement, stub and fake what
 * applications use (paper, §4). Pure calculation: no input or output.
 *
 * The problem: each application needs features implemented (its required ones), and treats others
 * as avoidable in one way or either. An OS treats each feature in one way at a time. A plan is a
 * sequence of steps; each makes at least one more application work.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "dataset/dataset.h"
#include "profile/profile.h"

enum strategy {
        STRATEGY_GREEDY,  /* next, the application that costs the least; one treatment a feature */
        STRATEGY_OPTIMAL, /* least weighted cost spent before applications work */
        STRATEGY_PUBLISHED, /* the prototype's algorithm, its treatments not kept consistent */
        STRATEGY_COUNT,
};

/* "greedy", "optimal", "published" */
const char *strategy_name(enum strategy strategy);

/* How an OS treats a feature. */
enum treatment {
        TREATMENT_NONE, /* nobody has looked at it yet: using it fails in some way */
        TREATMENT_STUB,
        TREATMENT_FAKE,
        TREATMENT_IMPLEMENT,
};

/* Weights and costs are in thousandths, from 0 or 1 to this. */
#define PLAN_WEIGHT_MAX 1000000000ull
#define PLAN_COST_MAX   1000000000ull

struct plan_application {
        const char *name;         /* belongs to the collection */
        uint64_t weight;          /* 0 to PLAN_WEIGHT_MAX; 1000 where nothing is said */
        struct findings findings; /* what it uses; owned by the problem */
        const struct feature_numbers *conflicts; /* minimal sets of which not all may be stubbed or
                                                    faked; belong to the collection */
        size_t conflict_count;
};

/* A place that stands for all applications. */
#define PLAN_EVERY_APPLICATION UINT32_MAX

/* One call that stands for another. */
struct plan_substitute {
        uint32_t call, by; /* numbers */
        uint32_t
                application; /* the place of the only one it holds for, or PLAN_EVERY_APPLICATION */
        const char *how;     /* what to pass on; a constant; NULL: over a third call */
};

/* What is to be planned. */
struct plan_problem {
        const struct catalogue *catalogue;
        struct plan_application *applications; /* by name, or in the order that was given */
        size_t application_count;
        unsigned limit;          /* one past the highest number of a feature */
        enum treatment *initial; /* by number: what the OS does now */
        uint64_t *costs;         /* by number: of implementing it, 1 to PLAN_COST_MAX; 1000 where
                                    nothing is said */
        VECTOR(struct plan_substitute) substitutes; /* what was taken into account already */
};

struct plan_step {
        VECTOR(uint32_t) applications; /* that work now and did not before: places in the problem */
        VECTOR(uint32_t)
        implement; /* numbers of features, in the order in which people are shown them */
        VECTOR(uint32_t) stub; /* newly stubbed, */
        VECTOR(uint32_t) fake; /* newly faked: also where it was stubbed before */
};

struct plan {
        enum strategy strategy;
        VECTOR(uint32_t) initial; /* applications that work without any change */
        VECTOR(struct plan_step) steps;
        size_t implemented; /* features, over all steps */
        /*
         * Sum over the applications of weight times cost spent until it works, its own step
         * included, in millionths; and a proven lower bound of it for any plan.
         */
        unsigned __int128 objective;
        unsigned __int128 bound;
};

struct plan_options {
        const struct profile *profile; /* what the OS has; NULL: nothing */
        bool partial_is_missing;       /* else what is partial counts as supported */
        bool equivalents;              /* one call may stand for another (equivalents.h) */
        const bool *divided;     /* by place of the dataset: all of what it was merged from tells of
                                    sub-features; NULL: none does */
        const uint64_t *weights; /* by place of the dataset in the collection; NULL: all 1000 */
        const uint64_t *costs;   /* by number of the feature, up to the catalogue's limit; NULL: as
                                    above */
        char *const *order; /* names of applications: first among equals; the rest follows by name;
                               NULL: all by name */
};

/*
 * The problem of a collection with one dataset an application (collection_merge_applications()).
 * What a profile says of features that it does not name: profile/coverage.h. Owned by the caller,
 * who frees it before the collection. Returns 0, -EINVAL with a message for a name in `order` that
 * is no application's, or -ENOMEM.
 */
int plan_problem_new(const struct collection *collection, const struct plan_options *options,
        struct plan_problem **ret, struct error *error);

struct plan_problem *plan_problem_free(struct plan_problem *problem);
DEFINE_CLEANUP(struct plan_problem *, plan_problem_free)
#define CLEANUP_PLAN_PROBLEM CLEANUP(plan_problem_freep)

/* Makes the plan, with its objective and bound. Owned by the caller. Returns 0 or -ENOMEM. */
int plan_make(const struct plan_problem *problem, enum strategy strategy, struct plan **ret);

struct plan *plan_free(struct plan *plan);
DEFINE_CLEANUP(struct plan *, plan_free)
#define CLEANUP_PLAN CLEANUP(plan_freep)

/*
 * Carries the plan out on paper: after each step every application promised so far must work by its
 * verdicts and conflicts under the treatments of the OS, and after the last step all. Returns 0, or
 * -EINVAL with a message that names step, application and feature.
 */
int plan_verify(const struct plan_problem *problem, const struct plan *plan, struct error *error);
