/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Analyses what `loupe static` is to look at, several files at a time. */

#include <stdbool.h>

#include "cli/static-targets.h"
#include "program/library.h"
#include "program/reach.h"
#include "report/static.h"

/* The end of one target's analysis. What it points to belongs to the run. */
struct static_outcome {
        const struct static_target *target;
        const struct static_result *result; /* NULL: there is none */
        const char *problem;                /* why; one line */
        const char *digest; /* of the file: SHA-256 in hexadecimal; NULL where not asked for */
        const char *line;   /* static_result_line(), where asked for */
        size_t line_length;
};

struct static_progress {
        size_t ended, count; /* targets */
        double share;        /* of the work, about: 0 to 1 */
};

struct static_run {
        const struct static_targets *targets;
        struct library *library;
        struct reach_options reach;
        const struct loader *loader;
        const char *root;         /* that of the loader, or NULL */
        const char *library_path; /* the same */
        char *const *with;        /* or NULL */
        char *const *preload;     /* or NULL */
        bool no_modules;
        bool witnesses;
        bool lines;
        bool digests;
        unsigned jobs; /* at the same time, at least 1 */
        /*
         * Called for each target in their order, by one thread at a time. A negative value ends the
         * run, which returns it.
         */
        int (*done)(void *context, const struct static_outcome *outcome, struct error *error);
        /* Called whenever one has ended, also before its turn to be told of, by one thread at a
         * time. */
        void (*progress)(void *context, const struct static_progress *progress);
        void *context; /* of both */
};

/* Returns 0, or -errno: of `done`, or for lack of memory. */
int static_run_carry_out(const struct static_run *run, struct error *error);
