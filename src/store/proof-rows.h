/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Rows of proofs and lessons, as they come from a proof or from another database. */

#include <stdint.h>

#include "store/database.h"

/* All text belongs to who fills it in; digests of executables are "" where they are unknown. */
struct proof_row {
        int64_t workload; /* a row of the table of workloads */
        const char *workload_digest;
        const char *executable_digest;
        const char *policy; /* the digest of it */
        const char *os;     /* NULL: none */
        int64_t works, runs, passed, measured;
};

struct lesson_row {
        int64_t workload;
        const char *workload_digest;
        const char *executable_digest;
        const char *content; /* the digest of its parts */
        int64_t measured;
};

/* Within a transaction: adds it, or takes the place of an older one of the same subject and policy.
 * Returns 0 or -errno. */
int proof_row_put(struct store *store, const struct proof_row *row, struct error *error);

/* The same; its features follow. Returns the row, 0 where it was there, or -errno. */
int64_t lesson_row_put(struct store *store, const struct lesson_row *row, struct error *error);
