/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What one side uses and requires that another does not: what `loupe diff` tells. */

#include <stdio.h>

#include "dataset/difference.h"
#include "report/usage.h"

/* One side: what was asked for, and what was found, merged. */
struct compared_side {
        const char *asked;                   /* "redis/bench" */
        const struct collection *collection; /* at least one dataset */
};

struct comparison {
        struct compared_side a, b;
        const struct catalogue *catalogue; /* of the numbers in `difference` */
        const struct difference *difference;
};

/*
 * What each side is; what only A uses, what only B uses, and where verdicts differ: required in A
 * alone first, then required in B alone. Returns 0 or -errno.
 */
int report_difference_text(
        const struct comparison *comparison, const struct usage_options *options, FILE *stream);

/* The document of schema loupe/difference/1 (data/difference.schema.json). Returns 0 or -errno. */
int report_difference_json(
        const struct comparison *comparison, const struct usage_options *options, FILE *stream);

/* The parts of a difference. */
enum difference_part {
        DIFFERENCE_ONLY_A,
        DIFFERENCE_ONLY_B,
        DIFFERENCE_REQUIRED_A, /* used by both, required by A alone */
        DIFFERENCE_REQUIRED_B,
        DIFFERENCE_OTHER, /* used by both, required by neither */
        DIFFERENCE_PART_COUNT,
};

/* The items of a difference by parts, each in the order for people; in the first two what is
 * required comes first. */
struct difference_parts {
        VECTOR(struct differing) parts[DIFFERENCE_PART_COUNT];
};

/* `ret` is to be cleared by the caller. Returns 0 or -ENOMEM. */
int difference_parts_fill(const struct difference *difference, const struct feature_words *words,
        struct difference_parts *ret);

void difference_parts_clear(struct difference_parts *parts);
#define CLEANUP_DIFFERENCE_PARTS CLEANUP(difference_parts_clear)
