/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The analysis of one workload, from the first observed run to the joint check (ARCHITECTURE.md
 * tells the path). Every run is journalled; an analysis that was interrupted continues where it
 * was.
 */

#include <jansson.h>

#include "search/analysis.h"
#include "search/baseline.h"
#include "search/executor.h"

struct search_options {
        const struct workload *workload;
        struct journal *journal;
        struct observer *observer;
        const struct scope *scope; /* made of the workload's `consider`; NULL: all processes */
        unsigned replicas;
        unsigned jobs; /* 0: by the baseline's use of the processors */
        struct withholding withholding;
        bool count_launch;            /* the launching execve counts as the application's */
        enum subfeatures subfeatures; /* these need an observer that tells values */
        bool files;                   /* pseudo-files, too */
        bool joint;                   /* check what can be left out together */
        unsigned impact_repeats;      /* measurements of each avoidable feature; 0: none */
        const struct feature *only;   /* only these are tested, and with a call its sub-features;
                                         NULL: all that are used */
        size_t only_count;
        int interrupt_fd;
        progress_function progress;
        void *progress_context;
};

/*
 * Carries the analysis out. Returns 0 with the result in `*ret`; BASELINE_REFUSED with the reason
 * in `error` and a failed run in `*ret_failed` (or NULL; belongs to the journal);
 * EXECUTOR_INTERRUPTED; or -errno.
 */
int search_run(const struct search_options *options, struct analysis **ret,
        const struct run_record **ret_failed, struct error *error);
