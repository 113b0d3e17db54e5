/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What a result found, on its way between rows, documents and digests. */

#include "base/digest.h"
#include "store/feature-ids.h"
#include "store/packed.h"

struct found_verdict {
        struct known_feature feature;
        enum verdict verdict;
        int64_t count;  /* below 0: not told */
        char *evidence; /* JSON; NULL: none */
};

struct found_joint {
        struct known_feature feature;
        const char *mode; /* "stub", "fake" */
};

struct found_conflict {
        VECTOR(struct known_feature) features;
};

struct found {
        VECTOR(struct found_verdict) verdicts;
        VECTOR(struct found_joint) joint;
        VECTOR(struct found_conflict) conflicts;
};

void found_clear(struct found *found);
#define CLEANUP_FOUND CLEANUP(found_clear)

/*
 * SHA-256, in hexadecimal, of what was found, whatever the rows' numbers and the order: of the text
 *
 *     loupe/findings/1
 *     NAME VERDICT            for each verdict, by name
 *     joint NAME MODE         for each feature of the joint set, by name
 *     conflict NAME NAME…     for each conflict, its names and then the lines by name
 *
 * Counts, evidence and impact are not in it: they differ from one analysis to the next. Sorts what
 * is in `found` by name. Returns 0 or -ENOMEM.
 */
int found_digest(struct found *found, char ret[DIGEST_TEXT_SIZE]);

/* Sorts by row, and packs. The bytes are the caller's; NULL when out of memory. */
uint8_t *found_pack(struct found *found, size_t *ret_size);
