/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Closures of a part of the needs: sets of its groups together with all its features that they
 * need.
 */

#include "plan/needs.h"

/* Some groups, and all features that they need but for those that are there already. */
struct closure_part {
        const struct needs *needs;
        const uint32_t *groups, *features; /* ascending */
        size_t group_count, feature_count;
};

/* Room to work in, for any part of the needs. */
struct closure_search;

int closure_search_new(const struct needs *needs, struct closure_search **ret);
struct closure_search *closure_search_free(struct closure_search *search);
DEFINE_CLEANUP(struct closure_search *, closure_search_free)
#define CLEANUP_CLOSURE_SEARCH CLEANUP(closure_search_freep)

/*
 * Cuts the part up by the ratio of its weight to its cost, neither of which is 0, and numbers
 * groups and features (in the order of the part) with the piece that they belong to. Where some
 * closure has a higher ratio there are two pieces: 0 is the least of the closures for which weight
 * minus ratio times cost is highest, 1 the rest, and *ret_even is false. Else *ret_even is true and
 * pieces 0 to i together are a closure of the same ratio for every i, and none lies between.
 * Returns the number of pieces, or -ENOMEM.
 */
ssize_t closure_divide(struct closure_search *search, const struct closure_part *part,
        uint32_t *group_pieces, uint32_t *feature_pieces, bool *ret_even);
