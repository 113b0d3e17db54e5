/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The first process of a run's sandbox, which leads the run from the launch to the outcome.
 */

#include <stdint.h>

#include "base/error.h"
#include "observe/observer.h"
#include "policy/file-record.h"
#include "policy/filter.h"
#include "run/launch.h"
#include "run/run.h"

/* Where the conductor leaves the result: memory shared with loupe. */
struct report {
        bool done;   /* the rest is valid: set last */
        int failure; /* -errno: the run could not be carried out, for the reason in `error`; or 0 */
        struct error error;
        struct usage launch; /* what the launcher took before it became the application */
        bool launching;      /* the launcher has done all but the launch itself */
        struct outcome outcome;
        pid_t ended;  /* the process whose end was the outcome; 0: none */
        double ready; /* seconds from the launch until ready */
        double total; /* seconds from the launch until the outcome was certain */
        struct usage usage;
        double score; /* NAN: none */
        char output[RUN_OUTPUT_MAX + 1];
        char script_output[RUN_OUTPUT_MAX + 1];
};

/* What the conductor is given; prepared before the sandbox starts and inherited by fork. */
struct conductor_options {
        const struct run_options *run;
        const struct filter *filter; /* of the application */
        uint64_t cookie;
        struct file_record *files; /* where the application's pseudo-files are recorded, or NULL */
        struct refusal_record *refusals; /* where what is withheld from it is noted, or NULL */
        struct identity identity;
        char **environment; /* the application's, whole */
        struct report *report;
};

/* The entry of the sandbox; `context` is a struct conductor_options. Returns the exit status, 0. */
int conductor_main(void *context);
