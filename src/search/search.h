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

/* How much is to be found out. */
enum search_depth {
        SEARCH_VERDICTS, /* of each feature that is used, in every mode */
        /*
         * Whether each is required, which takes fewer runs: what works in one mode is not tried in
         * another, so that a verdict of "stub" only says that it works stubbed. What is known to
         * be required is not tried, and stays untested in the result; what is known to work faked
         * only is faked first.
         */
        SEARCH_REQUIRED,
        /* What the unmodified program uses: nothing is withheld, and no run made for its time. */
        SEARCH_USED,
};

struct known_verdict {
        struct feature feature;
        enum verdict verdict;
};

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
        const struct known_verdict *known; /* from an earlier search; NULL: nothing */
        size_t known_count;
        enum search_depth depth;
        int interrupt_fd;
        progress_function progress;
        void *progress_context;
};

/* Whether a search with that `only` is about the feature. */
bool search_is_wanted(const struct feature *only, size_t only_count, struct feature feature);

/*
 * Carries the analysis out. Returns 0 with the result in `*ret`; BASELINE_REFUSED with the reason
 * in `error` and a failed run in `*ret_failed` (or NULL; belongs to the journal);
 * EXECUTOR_INTERRUPTED; or -errno.
 */
int search_run(const struct search_options *options, struct analysis **ret,
        const struct run_record **ret_failed, struct error *error);
