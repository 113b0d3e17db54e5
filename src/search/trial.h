/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A trial: one policy, run until it is certain whether the workload works under it.
 *
 * It works if all replicas pass. A failure is confirmed by a second run; where the two disagree,
 * the policy is unstable, which counts as not working. Runs get a time limit close to what the
 * unmodified program needs; one that hits it is no failure yet: it is done again with a generous
 * limit, which decides.
 */

#include "search/analysis.h"
#include "search/executor.h"

/* Seconds that runs are given; they follow from the baseline (baseline.h). */
struct time_limits {
        double expected; /* what a run takes that passes, or fails at once */
        double ready;
        double total;
        double hasty;     /* for the whole run, and so for its becoming ready too */
        double processor; /* processor seconds, for every run: contention does not use them up */
        double generous_ready;
        double generous_total;
};

/* True for an outcome that is one for want of time only. */
bool trial_ran_out_of_time(struct outcome outcome);

/* Returns 0 or -errno, which ends executor_drain(). */
typedef int (*trial_function)(const struct run_record *record, void *context, struct error *error);

struct trial {
        struct executor *executor;
        const struct time_limits *limits;
        const struct policy *policy; /* must live as long as the trial */
        const char *purpose;         /* a literal, see struct job */
        const struct policy
                *sibling;          /* of a queued trial that is likely to wait if this one has to,
                                      and then is tried next, as waiting takes long; or NULL */
        unsigned replicas;         /* runs that must pass, at least 1 */
        bool record_refusals;      /* as in struct job */
        bool hasty;                /* one run with the hasty limit decides: for a first guess */
        bool together;             /* the replicas are queued at once, not one after the other */
        trial_function run_ended;  /* is told of each run, before it is judged; NULL: nobody is */
        void *context;             /* for it */
        struct mode_result result; /* final once the executor has been drained */
        unsigned attempts;         /* runs asked for so far */
        unsigned under_way;        /* of these, have not ended yet */
        bool generous;             /* the limit that the next run gets */
        unsigned hurried; /* runs that hit the close limit: what they count for is decided by one
                             with the generous limit */
        struct outcome hurried_outcome; /* of the first of these */
};

/*
 * Queues the trial's first run, or all replicas; the rest follows while the executor works. Returns
 * 0 or -errno.
 */
int trial_start(struct trial *trial, struct error *error);
