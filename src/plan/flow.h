/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Maximum flow through two layers: sources, each with a supply, feed sinks, each with a capacity,
 * over arcs without a limit.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/* The supplies together, and the capacities together, must stay below 2^127. */
typedef unsigned __int128 flow_amount;

/* All of it belongs to the caller, and outlives the flow. */
struct flow_network {
        size_t source_count, sink_count;
        const flow_amount *supplies;   /* by source */
        const flow_amount *capacities; /* by sink */
        const size_t *starts;    /* by source: its first arc; and at source_count, how many arcs */
        const uint32_t *targets; /* by arc: its sink */
};

struct flow;

/* Finds a maximum flow. Owned by the caller. Returns 0 or -ENOMEM. */
int flow_maximum(const struct flow_network *network, struct flow **ret);

struct flow *flow_free(struct flow *flow);
DEFINE_CLEANUP(struct flow *, flow_free)
#define CLEANUP_FLOW CLEANUP(flow_freep)

/* How much reaches the sinks. */
flow_amount flow_value(const struct flow *flow);

/* How much goes through an arc. */
flow_amount flow_through(const struct flow *flow, size_t arc);

/*
 * True where more could still arrive from a source that has not got rid of all: the least of the
 * minimum cuts parts these sources and sinks from the others.
 */
bool flow_reaches_source(const struct flow *flow, size_t source);
bool flow_reaches_sink(const struct flow *flow, size_t sink);

/*
 * For a flow that empties all supplies and fills all capacities. Its minimum cuts are then the sets
 * of sources with all sinks that they feed whose capacities equal the supplies. They are the unions
 * of components (Picard and Queyranne 1980): numbers each node with its component, such that the
 * components 0 to i are together such a set for every i, and none lies between. Returns how many
 * components there are, or -ENOMEM.
 */
ssize_t flow_components(
        const struct flow *flow, uint32_t *source_components, uint32_t *sink_components);
