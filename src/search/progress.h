/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* How the search tells what it is doing; the command line draws it (report/progress.h). */

enum phase {
        PHASE_OBSERVE,
        PHASE_BASELINE,
        PHASE_FEATURES,
        PHASE_SUBFEATURES,
        PHASE_JOINT,
        PHASE_CONFLICTS,
        PHASE_IMPACT,
        PHASE_PROOF,    /* under the policy of an operating system */
        PHASE_CULPRITS, /* what of it makes a workload fail */
        PHASE_STATIC,   /* of `loupe static`: files instead of runs */
        PHASE_COUNT,
};

struct progress {
        enum phase phase;
        unsigned done;     /* runs of this phase that have ended */
        unsigned expected; /* runs of this phase, as far as is known; 0: unknown */
        double elapsed;    /* seconds since the analysis began */
        double remaining;  /* estimated seconds until the end of the phase; negative: unknown */
        const char *event; /* one line about what just ended ("stub brk: passed"), or NULL */
};

/* Called now and then, from the search's own thread; must not block. */
typedef void (*progress_function)(const struct progress *progress, void *context);

/* "observe", "baseline", "features", "sub-features", "joint check", "conflicts", "impact", "proof",
 * "culprits", "static analysis" */
const char *phase_name(enum phase phase);
