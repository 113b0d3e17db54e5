/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * One run: one workload under one policy in one sandbox, to one outcome.
 *
 * Runs are started and finished without blocking, so that several can be under way: poll
 * run_pidfd(). The life of a run is led from inside the sandbox by its first process (conductor.c):
 * it launches the application, waits until it is ready, asks the test script, and ends the moment
 * the outcome is certain.
 */

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "observe/observer.h"
#include "policy/policy.h"
#include "policy/refusals.h"
#include "run/outcome.h"
#include "run/processors.h"
#include "run/usage.h"
#include "sandbox/cgroup.h"
#include "workload/workload.h"

struct run_options {
        const struct workload *workload;
        const struct policy *policy; /* of the application; NULL allows everything */
        struct observer *observer;   /* or NULL. One run at a time for each observer */
        const struct scope *scope;   /* which processes policy and observation concern; NULL: all */
        bool record_files;           /* tell which pseudo-files were named; not beside an observer
                                        that traces, which would not see the calls that name them */
        bool record_refusals;        /* tell what was withheld, and who asked for it */
        struct cgroup_pool *cgroups; /* NULL: no limits but the disk's */
        unsigned slot;               /* the group of the pool that this run uses */
        double timeout_ready;        /* seconds until the application must be ready, > 0 */
        double timeout_total;        /* seconds for the whole run from the launch on, > 0 */
        double processor_limit; /* processor seconds that all of the run may use; 0: no limit. What
                                   is over it counts as hung: it turns in circles */
        bool count_launch;      /* the policy holds for the launching execve too */
        bool interactive; /* application has loupe's own stdin, stdout and stderr; no script */
        bool sample;      /* look at memory and descriptors all the time, not at the outcome only */
        bool filter_always; /* a filter also where it allows everything, for what it costs */
        const struct processors *processors; /* the application has its own; NULL: it has not */
        unsigned output_limit; /* bytes of output to keep in the result, at most RUN_OUTPUT_MAX */
};

#define RUN_OUTPUT_MAX (64u << 10)

struct run_result {
        struct outcome outcome;
        double wall;  /* seconds from the start of the sandbox to its end */
        double ready; /* seconds from the launch until ready; 0 where nothing was waited for */
        double total; /* seconds from the launch until the outcome was certain */
        double cpu;   /* processor seconds, of all processes of the sandbox */
        struct usage usage; /* of the application */
        double score; /* the test script's answer to `benchmark`; NAN: none. Where it passed */
        bool out_of_memory;             /* the memory limit was hit */
        char *output;                   /* the last of the application's output, never NULL */
        char *script_output;            /* the last of the test script's, never NULL */
        struct observation observation; /* empty where nothing was observed or recorded */
        struct refusals refusals;       /* empty where they were not recorded */
};

struct run;

/*
 * Starts a run. The options' objects must live until run_finish(). Returns 0 or -errno.
 */
int run_start(const struct run_options *options, struct run **ret, struct error *error);

/* Becomes readable when the run has ended; belongs to the run. */
int run_pidfd(const struct run *run);

/*
 * The moment, on the monotonic clock, after which a run that is still under way is stuck: it keeps
 * its time limit itself, unless something holds it up that no program should be able to.
 */
double run_deadline(const struct run *run);

/*
 * Waits for the end, but not beyond the deadline, and tells the result, to be released with
 * run_result_clear(). What is ended at the deadline counts as hung. Returns 0, also when the
 * application failed; -errno when the run could not be carried out, with -ENOENT / -EACCES /
 * -ENOEXEC for a command that is not there / not executable.
 */
int run_finish(struct run *run, struct run_result *ret, struct error *error);

/* Ends the run at once where it is still under way; accepts NULL, returns NULL. */
struct run *run_free(struct run *run);
DEFINE_CLEANUP(struct run *, run_free)
#define CLEANUP_RUN CLEANUP(run_freep)

void run_result_clear(struct run_result *result);
