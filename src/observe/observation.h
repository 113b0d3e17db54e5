/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What a program used: features of all kinds with counts, in feature order. */

#include <stdint.h>

#include "base/cleanup.h"
#include "base/vector.h"
#include "feature/feature.h"

struct observed_error {
        int errnum;
        uint64_t count;
};

struct observed_object {
        char *path; /* of the mapped file that holds the calling instruction, or "[anonymous]" */
        uint64_t count;
};

struct observed_call {
        struct feature feature;
        uint64_t count;                         /* calls made, also those that never returned */
        VECTOR(struct observed_error) errors;   /* by errno; empty unless errors were asked for */
        VECTOR(struct observed_object) objects; /* by path; empty unless objects were asked for */
};

struct observation {
        VECTOR(struct observed_call) calls;
};

/* The call of `feature`, added with count 0 where it is new; keeps the order. NULL: out of memory.
 */
struct observed_call *observation_call(struct observation *observation, struct feature feature);

/* The call of `feature`, or NULL. */
const struct observed_call *observation_find(
        const struct observation *observation, struct feature feature);

/* Takes out the call of `feature`, if it is there. */
void observation_remove(struct observation *observation, struct feature feature);

/* Each adds `count` occurrences. Return 0 or -ENOMEM. */
int observed_call_add_error(struct observed_call *call, int errnum, uint64_t count);
int observed_call_add_object(struct observed_call *call, const char *path, uint64_t count);

/*
 * Adds `count` occurrences of each sub-feature that a call has by the masked word of one of its
 * selectors. Returns 0 or -ENOMEM.
 */
int observation_add_word(struct observation *observation, enum abi abi, int number,
        unsigned selector, uint64_t word, uint64_t count);

/* Makes `into` the union of both; of a call that stands in both, the higher count is kept. */
int observation_merge(struct observation *into, const struct observation *from);

/* Releases what the observation owns and leaves it empty. */
void observation_clear(struct observation *observation);
#define CLEANUP_OBSERVATION CLEANUP(observation_clear)
