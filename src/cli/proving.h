/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What proofs of both kinds are made of, on a system and of a plan: `loupe prove`. */

#include "base/cleanup.h"
#include "cli/database-arguments.h"
#include "cli/proof-request.h"
#include "cli/proof-workloads.h"
#include "cli/result-arguments.h"
#include "dataset/dataset.h"
#include "profile/profile.h"
#include "proof/subject.h"
#include "report/progress.h"
#include "store/store.h"

struct proving {
        struct proof_request request;
        struct proof_workloads workloads;
        char **folders; /* of the workloads, in the proof's */
        struct store *store;
        struct profile *profile;     /* NULL: the system offers nothing */
        struct collection *measured; /* every result that fits; NULL: there is no database */
        char *folder;
        struct journal *journal; /* of the folder: the request, and a lock */
};

void proving_clear(struct proving *proving);
#define CLEANUP_PROVING CLEANUP(proving_clear)

/* What progress says of one workload. */
struct telling {
        struct progress_display *display;
        char *name; /* "redis (3/15)" */
};

/* The subjects, with what they need: arrays in the order of the workloads. */
struct proof_subjects {
        struct subject_options *options;
        struct telling *tellings;
        char **directories;
        size_t count;
};

/*
 * Of those workloads that `wanted` says are (NULL: of all). `display` is NULL for no progress.
 * `ret` is to be cleared by the caller in any case. Returns 0 or -ENOMEM.
 */
int proof_subjects_make(const struct proving *proving, const bool *wanted, int interrupt,
        struct progress_display *display, struct proof_subjects *ret);
void proof_subjects_clear(struct proof_subjects *subjects);
#define CLEANUP_PROOF_SUBJECTS CLEANUP(proof_subjects_clear)

/*
 * Writes the result: as JSON into the proof's folder always, further where `json` and `csv` say (a
 * file, "-", or NULL), and as text to standard output unless that has another form. Returns 0 or
 * -errno.
 */
int proving_write(const struct proving *proving, const char *json, const char *csv,
        const struct result_writers *writers, const void *report, struct error *error);

/*
 * Has `add(store, proof)` put the proof into the database, which is made where it is missing; NULL:
 * it is kept in its folder only. Returns 0 or -errno.
 */
int proving_keep(const struct proving *proving, const struct database_arguments *database,
        int (*add)(struct store *store, const void *proof, struct error *error), const void *proof,
        struct error *error);
