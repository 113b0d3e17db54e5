/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * One run for the verbs that make just one: `run` and `trace`. They prepare it, add what is theirs,
 * carry it out, and end alike.
 */

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/workload-arguments.h"
#include "observe/observer.h"
#include "policy/policy.h"
#include "report/report.h"
#include "run/run.h"
#include "workload/workload.h"

struct single_run {
        struct workload *workload;   /* owned */
        struct scope *scope;         /* owned; which processes count; NULL: all */
        const struct policy *policy; /* NULL allows everything */
        struct observer *observer;   /* or NULL */
        bool record_files;           /* these as in struct run_options */
        bool record_refusals;
        bool count_launch;
        bool limited; /* the user gave a time limit: it also holds for a program with the terminal
                       */
        struct run_result result; /* owned; once it was carried out */
};

/*
 * What the command line asks to be run. `ret` is to be released with CLEANUP_SINGLE_RUN. Returns 0
 * or -errno.
 */
int single_run_prepare(const struct workload_arguments *arguments, const struct operands *operands,
        struct single_run *ret, struct error *error);
void single_run_clear(struct single_run *run);
#define CLEANUP_SINGLE_RUN CLEANUP(single_run_clear)

/*
 * Carries it out. Without a test script the program has the terminal, and all the time it wants:
 * then loupe leaves SIGINT and SIGQUIT to the program from here on. Returns 0 or -errno, as
 * run_start() and run_finish() do.
 */
int single_run_execute(struct single_run *run, struct error *error);

/* What a verb makes of the run. */
struct single_run_report {
        const char *output; /* file, or "-", of the text; NULL: none was named */
        const char *json;   /* the same of the JSON */
        FILE *otherwise;    /* where the text goes where neither was named; NULL: nowhere */
        int (*write_text)(const void *what, const struct text_options *options, FILE *stream);
        int (*write_json)(const void *what, FILE *stream);
        const void *what;
};

/*
 * Ends the verb, after single_run_execute(), which returned `result`: prints what a program without
 * the terminal has printed, and the script; how the run ended, where that does not show otherwise;
 * that nothing was considered, where that is so; then the report. Returns the exit status, or
 * -errno.
 */
int single_run_end(const struct single_run *run, int result, const struct single_run_report *report,
        struct error *error);
