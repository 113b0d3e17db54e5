/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Sidney's decomposition (1975): the needs cut into blocks, such that each block is a set of groups
 * with all the features that they still need after the blocks before it, of the highest weight per
 * cost that there is, and no part of it is such a set. The relaxed problem has an optimal order
 * that goes through the blocks one after the other.
 */

#include "base/vector.h"
#include "plan/closure.h"

struct block {
        size_t group_start, group_count; /* places in decomposition.groups; can be no group */
        size_t feature_start, feature_count;
        uint64_t weight; /* of its groups together */
        uint64_t cost;   /* of its features together */
};

struct decomposition {
        VECTOR(struct block) blocks; /* weight per cost does not rise; what has no weight is last */
        uint32_t *groups;            /* by block, each one's ascending */
        uint32_t *features;          /* as above */
};

/*
 * Of all needs. The weights together, and the costs together, must stay below 2^62. Owned by the
 * caller. Returns 0 or -ENOMEM.
 */
int decomposition_new(const struct needs *needs, struct decomposition **ret);

/* Of a part of the needs; `search` is for these needs. */
int decomposition_of_part(
        struct closure_search *search, const struct closure_part *part, struct decomposition **ret);

struct decomposition *decomposition_free(struct decomposition *decomposition);
DEFINE_CLEANUP(struct decomposition *, decomposition_free)
#define CLEANUP_DECOMPOSITION CLEANUP(decomposition_freep)
