/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The unmodified workload: what it uses, how long it takes, how steady it is, and how many of its
 * runs may go side by side.
 */

#include "observe/observation.h"
#include "search/analysis.h"
#include "search/executor.h"
#include "search/trial.h"

/*
 * Positive return: the workload does not pass unmodified, or not every time. `error` then says so
 * with figures, and `*ret_failed` is the record of a run that failed. Or it passes, but none of the
 * processes that are to be considered came up: then there is no such record.
 */
#define BASELINE_REFUSED 2

struct baseline_options {
        struct executor *executor;
        const struct workload *workload;
        struct observer *observer; /* NULL: what it uses is not asked for */
        bool files;                /* pseudo-files are to be observed, too, in runs of their own;
                                      goes with an observer */
        const struct scope *scope; /* of the observer and of the executor's runs; NULL: all */
        bool observe_only; /* no runs for their time: the result tells none, and the executor keeps
                              one job */
        unsigned jobs; /* 0: as many as the processors allow, by the processor time of the runs */
        unsigned cpus;
};

/*
 * Observes (`ret_observation`: an empty one, to be cleared by the caller; NULL without an
 * observer), measures, and leaves the executor with the number of jobs at which the workload was
 * seen to pass. Returns 0, BASELINE_REFUSED, EXECUTOR_INTERRUPTED or -errno.
 */
int baseline_measure(const struct baseline_options *options, struct observation *ret_observation,
        struct baseline_result *ret, const struct run_record **ret_failed, struct error *error);

/*
 * The time limits that follow from a baseline. The close ones only have to be right mostly, since
 * what hits them is done again; the generous ones leave room for a fallback that sleeps for a
 * second.
 */
struct time_limits baseline_time_limits(const struct baseline_result *baseline);
