/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What the best order of one block costs at least, counted from the block's beginning: its groups'
 * weights times what is spent within the block until they work.
 */

#include "plan/decomposition.h"

/* What is known of blocks, also of those of other needs with the same groups and features. */
struct block_bounds;

/* `weight_unit` and `cost_unit` divide all weights and all costs. Returns 0 or -ENOMEM. */
int block_bounds_new(uint64_t weight_unit, uint64_t cost_unit, struct block_bounds **ret);
struct block_bounds *block_bounds_free(struct block_bounds *bounds);
DEFINE_CLEANUP(struct block_bounds *, block_bounds_free)
#define CLEANUP_BLOCK_BOUNDS CLEANUP(block_bounds_freep)

/* By the weight and the cost of the block alone. */
unsigned __int128 block_bound_quick(const struct block_bounds *bounds, const struct block *block);

/*
 * By search for the best order: exact unless the steps, which are counted down, are used up before;
 * a bound even then. `search` is for the needs. Returns 0 or -ENOMEM.
 */
int block_bound_search(struct block_bounds *bounds, struct closure_search *search,
        const struct closure_part *block, int64_t *steps, unsigned __int128 *ret);
