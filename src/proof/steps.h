/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A plan, step by step: `loupe prove --plan`. After each step exactly what it and those before it
 * implement, stub and fake is there, on top of the profile; and every application that was promised
 * so far must pass its workload, replicated. Where one does not, the smallest set of stubs and
 * fakes that breaks it is found (culprits.h), and taken for a lesson about the application
 * (dataset/lesson.h); the plan is made anew with what was learnt, and proven from the start. Runs
 * that were made already are not repeated.
 */

#include "dataset/lesson.h"
#include "plan/plan.h"
#include "proof/culprits.h"
#include "proof/plan-file.h"
#include "proof/subject.h"

/* One application at one step. */
struct step_proof {
        size_t application; /* a place in the names of the proof */
        bool works;
        bool untested;             /* it does not work unmodified, or failed at an earlier step */
        struct mode_result result; /* no runs where it is untested */
        char *policy;              /* policy_text() of what it ran under; NULL where it did not */
        struct culprits culprits;  /* why it fails; empty where that was not to be found */
};

struct proven_step {
        struct written_step step;               /* what it adds, and promises */
        VECTOR(struct step_proof) applications; /* all that are promised by then */
        bool proven;                            /* each of them works */
};

/* One application of the plan, whatever the step. */
struct plan_subject {
        char *name;
        char *workload; /* its name */
        enum workload_kind workload_kind;
        char *workload_source; /* its file; NULL: none */
        char workload_digest[WORKLOAD_DIGEST_SIZE];
        char *executable_digest; /* NULL: unknown */
        char *failure;           /* why it does not work unmodified; NULL: it does */
};

struct plan_proof {
        char *os;       /* NULL: nothing */
        char *strategy; /* of the plan as it is now */
        bool equivalents;
        VECTOR(struct plan_subject) applications; /* in the order in which they were given */
        VECTOR(struct proven_step) steps; /* of the plan as it is now; the first is the start */
        VECTOR(struct lesson) lessons;    /* in the order in which they were learnt */
        unsigned repairs;                 /* times the plan was made anew */
        bool proven;                      /* all of it */
};

void plan_proof_clear(struct plan_proof *proof);
#define CLEANUP_PLAN_PROOF CLEANUP(plan_proof_clear)

struct plan_proof_options {
        const struct written_plan *plan;
        const struct plan_options *planning; /* how it is made anew; its profile, equivalents and
                                                partial_is_missing hold for the system as well */
        enum strategy strategy;              /* by which it is made anew */
        struct collection *measured; /* one dataset for each application of the plan; is taught what
                                        is learnt. NULL: the plan is not made anew */
        const struct subject_options *subjects; /* of each application of the plan, the workload */
        size_t subject_count;
        unsigned repairs_max; /* give up after so many */
};

/*
 * Returns 0, EXECUTOR_INTERRUPTED, or -errno: -EINVAL with "FILE:LINE: " for an application of the
 * plan that there is no workload of. `ret` is to be cleared by the caller in any case.
 */
int prove_plan(
        const struct plan_proof_options *options, struct plan_proof *ret, struct error *error);
