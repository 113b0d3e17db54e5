/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What holds for a package and everything it depends on, through any number of others. */

#include <stddef.h>
#include <stdint.h>

#include "base/vector.h"

struct graph {
        VECTOR(size_t) first;     /* by node: its part of `targets`, up to the next node's */
        VECTOR(uint32_t) targets; /* of its edges: what it depends on */
};

/* The part of `targets` that belongs to the node. */
static inline size_t graph_begin(const struct graph *graph, uint32_t node)
{
        return graph->first.items[node];
}

static inline size_t graph_end(const struct graph *graph, uint32_t node)
{
        return node + 1 < graph->first.count ? graph->first.items[node + 1] : graph->targets.count;
}

void graph_clear(struct graph *graph);

/*
 * Raises each node's values, `width` of them, to the highest among those of all nodes that can be
 * reached from it. Linear in the graph and `width`, with cycles and without. Returns 0 or -ENOMEM.
 */
int closure_maximum(const struct graph *graph, uint32_t *values, size_t width);
