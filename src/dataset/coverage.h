/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What static analysis of a binary says, held against what runs of it have shown. */

#include "dataset/statics.h"

/* Of one dataset, or of several together. System calls only, by the numbers of the catalogue. */
struct static_coverage {
        size_t datasets;                /* that there is a static result for; all else is of them */
        struct feature_numbers found;   /* calls that static analysis names */
        struct feature_numbers missed;  /* those that a run made and it does not name: since it is
                                           an upper bound, one of the two is not what it says */
        struct feature_numbers unshown; /* those that it names and no run has made */
};

/*
 * Compares `count` datasets of a collection, each with the result of the analysis of its binary
 * that fits it best (static_sets_find()). `ret` is to be cleared by the caller. Returns 0 or
 * -ENOMEM.
 */
int static_coverage_find(const struct static_sets *sets, const struct catalogue *catalogue,
        const struct dataset *datasets, size_t count, struct static_coverage *ret);

void static_coverage_clear(struct static_coverage *coverage);
#define CLEANUP_STATIC_COVERAGE CLEANUP(static_coverage_clear)

/* True where the number is among them. */
bool feature_numbers_have(const struct feature_numbers *numbers, uint32_t number);

void feature_numbers_clear(struct feature_numbers *numbers);
