/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What static analysis says applications could use, to be held against what they do use. */

#include <stddef.h>
#include <stdint.h>

#include "dataset/dataset.h"

enum static_method {
        STATIC_BINARY,  /* of the executable and its libraries */
        STATIC_SOURCES, /* of the program's sources */
        STATIC_COUNT,
};

/* "binary", "sources" */
const char *static_method_name(enum static_method method);

/* The result of one static analysis. */
struct static_set {
        char *application;
        char *workload; /* it was made for: what counts as the program is part of the workload;
                           NULL: of the executable, whatever it has to do */
        enum workload_kind kind; /* with a workload */
        char *run;
        enum static_method method;
        int64_t measured;
        char *executable;        /* NULL: unknown */
        char *executable_digest; /* SHA-256 in hexadecimal; NULL: unknown */
        int complete;         /* 1: nothing stayed unknown; 0: something did; below 0: not told */
        size_t unknown_sites; /* how many are told */
        struct feature_numbers features; /* in the collection's catalogue: calls, and what else was
                                            asked for */
};

struct static_sets {
        VECTOR(struct static_set) items; /* by application, method, then oldest first */
};

/* Orders as static_sets want it. Has the signature qsort(3) wants. */
int static_set_compare(const void *a, const void *b);

/*
 * The result that fits the dataset best: of the very executable; else of its own run, then of its
 * own workload; else of the same kind of workload, or of none; else of the application, since the
 * program is the same; the last of several. NULL: there is none.
 */
const struct static_set *static_sets_find(
        const struct static_sets *sets, const struct dataset *dataset, enum static_method method);

/* The last result of each application in turn: that of the application behind the one of
 * `previous`, or of the first where that is NULL. NULL: there is no more. */
const struct static_set *static_sets_last(const struct static_sets *sets, enum static_method method,
        const struct static_set *previous);

void static_sets_clear(struct static_sets *sets);
#define CLEANUP_STATIC_SETS CLEANUP(static_sets_clear)
