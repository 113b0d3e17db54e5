/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Carries out runs, several at once, in one poll loop: jobs are queued, started while there is a
 * free place, and their callback is called with the record of the run. A run that stands in the
 * journal is not carried out again. Callbacks may submit further jobs.
 */

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "search/journal.h"
#include "search/progress.h"

/* Positive return: a byte came on the interrupt descriptor. All runs under way were ended. */
#define EXECUTOR_INTERRUPTED 1

/* Bytes of output kept of each run: of a longer one, the last. */
#define EXECUTOR_OUTPUT_KEPT 8192

/* Most runs under way at once. */
#define EXECUTOR_JOBS_MAX 256

struct job;

/* `record` belongs to the journal. Returns 0 or -errno, which ends executor_drain(). */
typedef int (*job_function)(
        const struct job *job, const struct run_record *record, struct error *error);

struct job {
        const struct policy *policy; /* NULL allows everything. Must live until the callback */
        const char *purpose; /* the phase's word in the record's key, a literal: "baseline" */
        unsigned attempt;    /* tells runs of equal purpose and policy apart; what is submitted by
                                callbacks with a number above 0 is started before what is queued */
        struct observer *observer; /* or NULL */
        bool record_files;         /* as in struct run_options */
        bool record_refusals;      /* the same; the journal keeps them with the run */
        double timeout_ready;      /* seconds */
        double timeout_total;
        double processor_limit; /* processor seconds; 0: no limit */
        double expected; /* seconds that the run should take: one that takes longer while processors
                            are idle does not count as one of the jobs any more; 0: it always does
                          */
        bool sample;     /* these three as in struct run_options */
        bool filter_always;
        const struct processors *processors;
        job_function done;
        void *context; /* for the callback */
};

struct executor_options {
        const struct workload *workload;
        struct journal *journal;
        const struct scope *scope; /* which processes count; NULL: all */
        bool count_launch;
        int interrupt_fd;           /* becomes readable when the user wants to stop; -1: never */
        progress_function progress; /* or NULL */
        void *progress_context;
};

struct executor;

int executor_new(
        const struct executor_options *options, struct executor **ret, struct error *error);
struct executor *executor_free(struct executor *executor);
DEFINE_CLEANUP(struct executor *, executor_free)
#define CLEANUP_EXECUTOR CLEANUP(executor_freep)

/* How many runs may be under way at once: 1 to EXECUTOR_JOBS_MAX, 1 at first. None may be under
 * way. */
int executor_set_jobs(struct executor *executor, unsigned jobs, struct error *error);
unsigned executor_jobs(const struct executor *executor);

/* Starts a phase, for progress: `expected` runs, or 0 where that is not known. */
void executor_begin_phase(struct executor *executor, enum phase phase, unsigned expected);

/* Corrects the number of runs that the phase expects, as trials turn out longer or shorter. */
void executor_expect(struct executor *executor, int more);

/* Queues a job. Returns 0 or -ENOMEM. */
int executor_submit(struct executor *executor, const struct job *job, struct error *error);

/* Lets the queued job with that very policy, if there is one, be the next to start. */
void executor_promote(struct executor *executor, const struct policy *policy);

/* Works until the queue is empty. Returns 0, EXECUTOR_INTERRUPTED, or -errno. */
int executor_drain(struct executor *executor, struct error *error);

struct executor_totals {
        unsigned runs;      /* that ended, carried out or taken from the journal */
        unsigned reused;    /* of these, taken from the journal */
        double run_seconds; /* the sum of their seconds */
        double wall;        /* seconds of the analysis until now, all its parts */
};

struct executor_totals executor_totals(const struct executor *executor);

/* What enforces the limits: cgroup_pool_describe(). */
const char *executor_limits(const struct executor *executor);
