/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * An operating system on its way along a plan: how it treats each feature, which applications it
 * has been promised to, and what is still due for the others.
 *
 * What must be implemented for an application does not depend on whether features that are either
 * for everyone so far are stubbed or faked at the moment: these may still change. Only promises
 * bind: once an application that works stubbed only is promised, one that works faked only needs
 * the feature implemented.
 */

#include "plan/plan.h"
#include "plan/users.h"

struct plan_state {
        const struct plan_problem *problem;
        struct users users;
        enum treatment *treatments; /* by feature */
        uint32_t *stub_promised;    /* by feature: promised applications that need it stubbed */
        uint32_t *fake_promised;    /* by feature: that need it faked */
        bool *promised;             /* by application */
        uint32_t *faults;   /* by application: findings and conflicts that the OS does not meet */
        uint64_t *due;      /* by application: cost of what must be implemented for its findings;
                               conflicts: state_conflict_cost() */
        uint64_t *wanted;   /* by feature: weight of the applications that require it */
        uint64_t *help;     /* by application: `wanted` of what is due for it, summed up */
        bool *met;          /* by conflict: nothing more is to be done about it */
        uint32_t *ways_out; /* by conflict: the member to implement, see state_serve() */
        bool *needed; /* by feature: must be implemented for somebody in the end, in any order */
        VECTOR(uint32_t)
        touched;          /* applications that were not promised and whose faults or due
have changed, each once */
        bool *is_touched; /* by application */
};

/* True where an application with that verdict works under the treatment. */
bool treatment_meets(enum treatment treatment, enum verdict verdict);

/* Required, or untested: nobody has seen it work without. */
bool verdict_needs_implementing(enum verdict verdict);

/*
 * Orders features as people are shown them; of calls of the native ABI that is the order of their
 * numbers, which does without the catalogue.
 */
int plan_compare_features(const struct catalogue *catalogue, uint32_t a, uint32_t b);

/* The state before the first step. `ret` is to be cleared by the caller. Returns 0 or -ENOMEM. */
int state_init(const struct plan_problem *problem, struct plan_state *ret);

void state_clear(struct plan_state *state);
#define CLEANUP_STATE CLEANUP(state_clear)

/*
 * Makes the application work: implements what is due, of each conflict one member, and stubs or
 * fakes the rest; what may be either as `wishes`
 * says by feature, or stubbed where that is NULL. What changes is added to `step`. Promises it.
 * Returns 0 or -ENOMEM.
 *
 * Of a conflict of which the OS had no member at first, that member is implemented which somebody
 * needs implemented anyhow; else the cheapest, else that of the most conflicts, else the first as
 * people are shown them. Which one depends neither on the OS nor on the order of the applications,
 * and another does as well only where it is needed anyhow. So what is implemented in the end is the
 * same in every order, and a system that supports less never has less to implement.
 */
int state_serve(struct plan_state *state, uint32_t application, const enum treatment *wishes,
        struct plan_step *step);

/* Promises all that works and was touched but is not promised, and adds it to `joined` in the order
 * of places. Returns 0 or -ENOMEM. */
int state_join(struct plan_state *state, struct plan_step *joined);

/* Cost of implementing what its conflicts demand beyond `due`. */
uint64_t state_conflict_cost(const struct plan_state *state, uint32_t application);

/* From here on nothing counts as touched. */
void state_forget_touched(struct plan_state *state);
