/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* One run for the verbs that make just one: `run` and `trace`. */

#include "base/error.h"
#include "observe/observer.h"
#include "policy/policy.h"
#include "run/run.h"
#include "workload/workload.h"

struct single_run {
        const struct workload *workload;
        const struct policy *policy; /* NULL allows everything */
        struct observer *observer;   /* or NULL */
        bool record_files;           /* as in struct run_options */
        const struct scope *scope;   /* which processes count; NULL: all */
        bool count_launch;
        bool limited; /* the user gave a time limit: it also holds for a program with the terminal
                       */
};

/*
 * Carries it out. Without a test script the program has the terminal, and all the time it wants:
 * then loupe leaves SIGINT and SIGQUIT to the program from here on. `ret` is to be released with
 * run_result_clear(). Returns 0 or -errno, as run_start() and run_finish() do.
 */
int single_run(const struct single_run *options, struct run_result *ret, struct error *error);

/*
 * Prints what a program without the terminal has printed, and the script; how the run ended, where
 * that does not show otherwise; and that nothing was considered, where that is so.
 */
void single_run_tell(const struct single_run *options, const struct run_result *result);
