/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* A static result as it goes into the table. */

#include "base/digest.h"
#include "base/vector.h"
#include "feature/feature.h"
#include "store/database.h"

/* What a static result found. */
struct static_found {
        VECTOR(struct feature) features; /* none twice, in any order */
        int complete;                    /* 1, 0, or below 0 where it was not told */
        const char *unknown;             /* JSON: the unknown sites; NULL: none */
};

static inline void static_found_clear(struct static_found *found)
{
        vector_clear(&found->features);
}
#define CLEANUP_STATIC_FOUND CLEANUP(static_found_clear)

/* The digest of it. Returns 0 or -ENOMEM. */
int static_found_digest(const struct static_found *found, char ret[DIGEST_TEXT_SIZE]);

/* The digest of what a static result in the database found. Returns 0 or -errno. */
int static_row_digest(
        struct store *store, int64_t id, char ret[DIGEST_TEXT_SIZE], struct error *error);

/* All text belongs to who fills it in; NULL: unknown. */
struct static_row {
        int64_t application; /* rows */
        int64_t workload;    /* 0: none */
        const char *run, *method, *origin;
        const char *content; /* digest of what it found */
        int64_t measured;
        const char *executable, *executable_digest;
        int complete;
        const char *unknown;
        const char *tool_version;
};

/*
 * Stores the row, without its features, within a transaction. One that says the same is there once,
 * as it was measured last. The row's number is left in `*ret_id`. Returns 1 where it is new, 0
 * where it was there, or -errno.
 */
int static_row_put(
        struct store *store, const struct static_row *row, int64_t *ret_id, struct error *error);

/* Stores a new row's features. Returns 0 or -errno. */
int static_row_put_features(
        struct store *store, int64_t id, const struct static_found *found, struct error *error);
