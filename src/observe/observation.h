/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What a program used: features of all kinds with counts, in feature order. */

#include <stdbool.h>
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

/* When a call was made. */
enum call_phase {
        CALL_BEFORE_MAIN,   /* before its program's main() was entered: the loader, constructors */
        CALL_AFTER_MAIN,    /* from there on: also what goes on when main() has returned */
        CALL_PHASE_UNKNOWN, /* the program has no main() that could be found */
        CALL_PHASE_COUNT,
};

struct observed_call {
        struct feature feature;
        uint64_t count;                         /* calls made, also those that never returned */
        uint64_t phases[CALL_PHASE_COUNT];      /* of these; 0 unless phases were asked for */
        VECTOR(struct observed_error) errors;   /* by errno; empty unless errors were asked for */
        VECTOR(struct observed_object) objects; /* by path; empty unless objects were asked for */
};

/* A program that was executed. */
struct observed_program {
        char *path;
        bool found;    /* its main() was */
        uint64_t main; /* its address in the file */
        char *problem; /* why it was not, one line; NULL where it was */
};

struct observation {
        VECTOR(struct observed_call) calls;
        bool phased;                              /* phases were asked for */
        VECTOR(struct observed_program) programs; /* as they came; empty unless phased */
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
 * selectors, made in that phase (CALL_PHASE_COUNT: not told). Returns 0 or -ENOMEM.
 */
int observation_add_word(struct observation *observation, enum abi abi, int number,
        unsigned selector, uint64_t word, enum call_phase phase, uint64_t count);

/* Adds a program, whose `problem` may be NULL. Returns 0 or -ENOMEM. */
int observation_add_program(
        struct observation *observation, const char *path, uint64_t main, const char *problem);

/* Makes `into` the union of both, without phases; of a call that stands in both, the higher count
 * is kept. */
int observation_merge(struct observation *into, const struct observation *from);

/* Releases what the observation owns and leaves it empty. */
void observation_clear(struct observation *observation);
#define CLEANUP_OBSERVATION CLEANUP(observation_clear)
