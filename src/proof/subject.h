/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * An application that is put to the test: its workload, and a journal of its runs. Its unmodified
 * runs come first; by these its time limits are set. Every run is looked up in the journal before
 * it is made, so that a proof that was interrupted continues.
 */

#include "policy/refusals.h"
#include "policy/scope.h"
#include "search/executor.h"
#include "search/trial.h"
#include "workload/workload.h"

struct subject_options {
        const struct workload *workload; /* must outlive the subject, as all that is pointed to */
        const char *directory;           /* of its journal: DIR/journal.jsonl, made where missing */
        unsigned replicas;               /* 0: as the workload says */
        unsigned jobs;                   /* runs at the same time; 0: by the processors */
        int interrupt_fd;                /* as in struct executor_options */
        progress_function progress;
        void *progress_context;
};

struct subject {
        struct subject_options options;
        char *name;                        /* of the application */
        char digest[WORKLOAD_DIGEST_SIZE]; /* of the workload */
        char *executable;                  /* absolute path; NULL: it comes with the workload */
        char *executable_digest;           /* SHA-256 in hexadecimal; NULL: made in the sandbox */
        char *failure;                     /* why it does not work unmodified; NULL: it does */
        unsigned replicas;
        struct scope *scope; /* of the workload's `consider`; NULL: all processes */
        struct journal *journal;
        struct executor *executor;
        struct time_limits limits;
};

/*
 * Opens or begins the journal, and makes the unmodified runs. A workload that does not pass
 * unmodified, or whose command is not there, is no error: `failure` then says so, and nothing can
 * be tried. Returns 0, EXECUTOR_INTERRUPTED, or -errno (-ESTALE for a journal of another workload
 * or executable). Either way subject_clear() is due.
 */
int subject_open(const struct subject_options *options, struct subject *ret, struct error *error);
void subject_clear(struct subject *subject);
#define CLEANUP_SUBJECT CLEANUP(subject_clear)

/* How sure to be. */
enum care {
        CARE_GUESS, /* one run, with little time */
        CARE_CHECK, /* one run; a failure is confirmed (search/trial.h) */
        CARE_PROOF, /* all replicas; a failure is confirmed */
};

/*
 * Runs the workload under the policy. `ret_refusals` is what it asked for in vain, of all runs
 * together: an empty one, to be cleared by the caller; may be NULL. Only with CARE_PROOF is it
 * recorded. Returns 0, EXECUTOR_INTERRUPTED or -errno.
 */
int subject_try(struct subject *subject, const struct policy *policy, enum care care,
        struct mode_result *ret, struct refusals *ret_refusals, struct error *error);

/* Several policies side by side, for searches. `ret[i]` is set for all. Returns as subject_try().
 */
int subject_try_all(struct subject *subject, struct policy *const *policies, size_t count,
        enum care care, struct mode_result *ret, struct error *error);

/* The same by CARE_GUESS, where only the answer matters. */
int subject_guess(struct subject *subject, struct policy *const *policies, size_t count,
        bool *ret_works, struct error *error);
