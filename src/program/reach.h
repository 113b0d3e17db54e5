/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Which system calls a program could make: what its code can reach, and the values that reach the
 * kernel there. doc/STATIC.md says what is assumed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/vector.h"
#include "feature/feature.h"
#include "program/program.h"

struct reach_options {
        bool features;  /* tell sub-features and pseudo-files too */
        bool post_init; /* only what remains reachable when main() has been entered */
};

/* A step of a witness. */
struct reach_step {
        size_t object;
        uint32_t function;
        uint64_t address; /* in the object: of the instruction that leads on to the next step; of
                             the last step that of the feature */
        const char *how;  /* how the step before led here: "calls" (or jumps to), "takes the address
                             of", "refers to data with", "dlsym"; of the first: "entry",
                             "constructor", "destructor", "ifunc", "exports" (of an object opened at
                             run time), "linked by Go", "taken before" (post_init) */
};

/* A feature that can be reached. */
struct reach_feature {
        struct feature feature;
        bool vdso; /* the kernel offers the call without entering it (vdso(7)): a run may never show
                      it */
        size_t object;     /* the site nearest to the entry point */
        uint32_t function; /*   its function */
        uint64_t address;  /*   its address in the object */
};

/* A place whose system call, or whose selector, could not be told. */
struct reach_unknown {
        size_t object;
        uint32_t function;
        uint64_t address;
        char *what; /* one line: "number of the system call", "name of the object for dlopen()",
                       "function that dlsym() is asked for" */
};

struct reach {
        VECTOR(struct reach_feature) features;      /* by feature_compare() */
        VECTOR(struct reach_unknown) unknown_sites; /* system calls without a number */
        VECTOR(struct reach_unknown) unknown_loads; /* dlopen() and dlsym() without a name */
        /* Calls (features of kind FEATURE_SYSCALL) some of whose selectors are unknown; with
         * `features` only. */
        VECTOR(struct feature) unknown_selectors;
        bool complete;                    /* nothing unknown, nothing missing */
        unsigned long functions, reached; /* of all objects */
        struct reach_state *state;        /* for witnesses */
};

/* Looks at the program, which may grow. Returns 0 or -ENOMEM. */
int reach_find(struct program *program, const struct reach_options *options, struct reach **ret,
        struct error *error);

/* How many functions of an object of the program are reached. */
size_t reach_object_functions(const struct reach *reach, size_t object);

/* Accepts NULL, returns NULL. To be freed before the program. */
struct reach *reach_free(struct reach *reach);
DEFINE_CLEANUP(struct reach *, reach_free)
#define CLEANUP_REACH CLEANUP(reach_freep)

/*
 * A shortest way from an entry point to the site of a feature of `reach`. Returns 0, -ENOENT where
 * the feature is not reachable, or -ENOMEM. The caller clears the vector.
 */
struct reach_path {
        VECTOR(struct reach_step) steps;
};
int reach_witness(const struct reach *reach, const struct feature *feature, struct reach_path *ret);
