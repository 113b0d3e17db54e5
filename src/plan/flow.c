/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/flow.h"

/*
 * Dinic's algorithm (1970): rounds of a breadth-first search, which gives each node its distance
 * from the sources with a rest, and of paths that go one farther with each arc, until no path is
 * left. A path alternates between an arc forwards and an arc backwards through which something
 * flows, so it never has more than twice as many arcs as there are sinks; it is followed without
 * recursion.
 */

#include <errno.h>
#include <string.h>

#define FAR UINT32_MAX

struct flow {
        struct flow_network network;
        size_t arc_count;
        flow_amount value;
        flow_amount *through;   /* by arc */
        flow_amount *rest;      /* by source: of its supply */
        flow_amount *room;      /* by sink: of its capacity */
        uint32_t *origins;      /* by arc: its source */
        size_t *sink_starts;    /* by sink: its first place in `sink_arcs`; as network.starts */
        size_t *sink_arcs;      /* the arcs to each sink */
        uint32_t *source_level; /* distance from the sources with a rest, FAR: not reached */
        uint32_t *sink_level;
        size_t *source_next; /* arcs before these lead nowhere in this round */
        size_t *sink_next;   /* places in `sink_arcs` */
        size_t *path;        /* arcs, forwards and backwards by turns */
        uint32_t *queue;     /* sources to search from */
};

struct flow *flow_free(struct flow *flow)
{
        if (!flow)
                return NULL;
        free(flow->through);
        free(flow->rest);
        free(flow->room);
        free(flow->origins);
        free(flow->sink_starts);
        free(flow->sink_arcs);
        free(flow->source_level);
        free(flow->sink_level);
        free(flow->source_next);
        free(flow->sink_next);
        free(flow->path);
        free(flow->queue);
        free(flow);
        return NULL;
}

/* One more than needed, since nothing at all is not a size that all allocators like. */
#define ALLOCATE(pointer, count) (((pointer) = calloc((count) + 1, sizeof(*(pointer)))) != NULL)

static bool allocate(struct flow *flow)
{
        size_t sources = flow->network.source_count, sinks = flow->network.sink_count;

        return ALLOCATE(flow->through, flow->arc_count) && ALLOCATE(flow->rest, sources) &&
               ALLOCATE(flow->room, sinks) && ALLOCATE(flow->origins, flow->arc_count) &&
               ALLOCATE(flow->sink_starts, sinks) && ALLOCATE(flow->sink_arcs, flow->arc_count) &&
               ALLOCATE(flow->source_level, sources) && ALLOCATE(flow->sink_level, sinks) &&
               ALLOCATE(flow->source_next, sources) && ALLOCATE(flow->sink_next, sinks) &&
               ALLOCATE(flow->path, 2 * sinks + 2) && ALLOCATE(flow->queue, sources);
}

/* The arcs by sink, from the arcs by source. */
static void turn_around(struct flow *flow)
{
        const struct flow_network *network = &flow->network;
        size_t sum = 0, count;

        for (size_t arc = 0; arc < flow->arc_count; arc++)
                flow->sink_starts[network->targets[arc]]++;
        for (size_t sink = 0; sink <= network->sink_count; sink++) {
                count = flow->sink_starts[sink];
                flow->sink_starts[sink] = flow->sink_next[sink] = sum;
                sum += count;
        }
        for (size_t source = 0; source < network->source_count; source++)
                for (size_t arc = network->starts[source]; arc < network->starts[source + 1];
                        arc++) {
                        flow->origins[arc] = (uint32_t)source;
                        flow->sink_arcs[flow->sink_next[network->targets[arc]]++] = arc;
                }
}

/* Queues the sources that what arrives at the sink could be turned away to. */
static size_t level_sink(struct flow *flow, size_t sink, uint32_t level, size_t queued)
{
        size_t arc;
        uint32_t source;

        flow->sink_level[sink] = level;
        for (size_t i = flow->sink_starts[sink]; i < flow->sink_starts[sink + 1]; i++) {
                arc = flow->sink_arcs[i];
                source = flow->origins[arc];
                if (flow->through[arc] && flow->source_level[source] == FAR) {
                        flow->source_level[source] = level + 1;
                        flow->queue[queued++] = source;
                }
        }
        return queued;
}

/* The distances of all nodes; true where a sink with room is reached. */
static bool find_levels(struct flow *flow)
{
        const struct flow_network *network = &flow->network;
        size_t queued = 0;
        bool found = false;
        uint32_t sink;

        memset(flow->sink_level, 0xff, network->sink_count * sizeof(*flow->sink_level));
        for (size_t source = 0; source < network->source_count; source++) {
                flow->source_level[source] = flow->rest[source] ? 0 : FAR;
                if (flow->rest[source])
                        flow->queue[queued++] = (uint32_t)source;
        }
        for (size_t i = 0; i < queued; i++)
                for (size_t arc = network->starts[flow->queue[i]];
                        arc < network->starts[flow->queue[i] + 1]; arc++) {
                        sink = network->targets[arc];
                        if (flow->sink_level[sink] != FAR)
                                continue;
                        found = found || flow->room[sink];
                        queued = level_sink(
                                flow, sink, flow->source_level[flow->queue[i]] + 1, queued);
                }
        return found;
}

/* Sends through the path as much as it bears. */
static void send(struct flow *flow, size_t start, size_t length)
{
        size_t sink = flow->network.targets[flow->path[length - 1]];
        flow_amount amount = flow->rest[start];

        if (flow->room[sink] < amount)
                amount = flow->room[sink];
        for (size_t i = 1; i < length; i += 2)
                if (flow->through[flow->path[i]] < amount)
                        amount = flow->through[flow->path[i]];
        for (size_t i = 0; i < length; i++)
                if (i % 2)
                        flow->through[flow->path[i]] -= amount;
                else
                        flow->through[flow->path[i]] += amount;
        flow->rest[start] -= amount;
        flow->room[sink] -= amount;
        flow->value += amount;
}

/* The next arc from the source to a sink one farther away. */
static bool step_forwards(struct flow *flow, size_t source, size_t *ret)
{
        size_t *arc = &flow->source_next[source];

        for (; *arc < flow->network.starts[source + 1]; ++*arc)
                if (flow->sink_level[flow->network.targets[*arc]] ==
                        flow->source_level[source] + 1) {
                        *ret = *arc;
                        return true;
                }
        return false;
}

/* The next arc from which the sink can turn something away, to a source one farther away. */
static bool step_backwards(struct flow *flow, size_t sink, size_t *ret)
{
        size_t *place = &flow->sink_next[sink], arc;

        for (; *place < flow->sink_starts[sink + 1]; ++*place) {
                arc = flow->sink_arcs[*place];
                if (flow->through[arc] &&
                        flow->source_level[flow->origins[arc]] == flow->sink_level[sink] + 1) {
                        *ret = arc;
                        return true;
                }
        }
        return false;
}

/* All paths of this round that begin at the source. */
static void empty_source(struct flow *flow, size_t start)
{
        size_t length = 0, node;

        while (flow->rest[start]) {
                if (length % 2 == 0) {
                        node = length ? flow->origins[flow->path[length - 1]] : start;
                        if (step_forwards(flow, node, &flow->path[length]))
                                length++;
                        else if (!length)
                                return;
                        else
                                flow->sink_next[flow->network.targets[flow->path[--length]]]++;
                        continue;
                }
                node = flow->network.targets[flow->path[length - 1]];
                if (flow->room[node]) {
                        send(flow, start, length);
                        length = 0;
                } else if (step_backwards(flow, node, &flow->path[length])) {
                        length++;
                } else {
                        flow->source_next[flow->origins[flow->path[--length]]]++;
                }
        }
}

static void solve(struct flow *flow)
{
        const struct flow_network *network = &flow->network;

        while (find_levels(flow)) {
                memcpy(flow->source_next, network->starts,
                        network->source_count * sizeof(*flow->source_next));
                memcpy(flow->sink_next, flow->sink_starts,
                        network->sink_count * sizeof(*flow->sink_next));
                for (size_t source = 0; source < network->source_count; source++)
                        empty_source(flow, source);
        }
}

int flow_maximum(const struct flow_network *network, struct flow **ret)
{
        struct flow *flow CLEANUP_FLOW = calloc(1, sizeof(*flow));

        if (!flow)
                return -ENOMEM;
        flow->network = *network;
        flow->arc_count = network->starts[network->source_count];
        if (!allocate(flow))
                return -ENOMEM;
        for (size_t source = 0; source < network->source_count; source++)
                flow->rest[source] = network->supplies[source];
        for (size_t sink = 0; sink < network->sink_count; sink++)
                flow->room[sink] = network->capacities[sink];
        turn_around(flow);
        solve(flow);
        *ret = steal_pointer(flow);
        return 0;
}

flow_amount flow_value(const struct flow *flow)
{
        return flow->value;
}

flow_amount flow_through(const struct flow *flow, size_t arc)
{
        return flow->through[arc];
}

/* The last search found no sink with room, and with it the least cut. */
bool flow_reaches_source(const struct flow *flow, size_t source)
{
        return flow->source_level[source] != FAR;
}

bool flow_reaches_sink(const struct flow *flow, size_t sink)
{
        return flow->sink_level[sink] != FAR;
}

/*
 * Tarjan's search for strongly connected components (1972), without recursion, among the sources
 * (nodes from 0 on) and the sinks (behind them). A source leads to all sinks it feeds, a sink to
 * the sources from which something arrives. A component is finished after all it leads to.
 */
struct component_search {
        const struct flow *flow;
        size_t *next;     /* by node: the next arc, or place in `sink_arcs`, to follow */
        uint32_t *order;  /* by node: when it was found, from 1 on */
        uint32_t *lowest; /* by node: the earliest node on the stack that it leads to */
        uint32_t *component;
        uint32_t *stack; /* nodes without a component yet */
        uint32_t *trail; /* nodes from the first to the current one */
        size_t stacked, depth;
        uint32_t found;
        uint32_t components;
};

static void component_search_clear(struct component_search *search)
{
        free(search->next);
        free(search->order);
        free(search->lowest);
        free(search->component);
        free(search->stack);
        free(search->trail);
}

static void enter(struct component_search *search, uint32_t node)
{
        const struct flow *flow = search->flow;
        size_t sources = flow->network.source_count;

        search->next[node] =
                node < sources ? flow->network.starts[node] : flow->sink_starts[node - sources];
        search->order[node] = search->lowest[node] = ++search->found;
        search->stack[search->stacked++] = node;
        search->trail[search->depth++] = node;
}

/* The next node that this one leads to. */
static bool follow(struct component_search *search, uint32_t node, uint32_t *ret)
{
        const struct flow *flow = search->flow;
        size_t sources = flow->network.source_count, arc;

        if (node < sources) {
                if (search->next[node] == flow->network.starts[node + 1])
                        return false;
                *ret = (uint32_t)sources + flow->network.targets[search->next[node]++];
                return true;
        }
        while (search->next[node] < flow->sink_starts[node - sources + 1]) {
                arc = flow->sink_arcs[search->next[node]++];
                if (flow->through[arc]) {
                        *ret = flow->origins[arc];
                        return true;
                }
        }
        return false;
}

/* The node leads nowhere new: where it leads to nothing earlier, its component is complete. */
static void leave(struct component_search *search, uint32_t node)
{
        uint32_t member, parent;

        search->depth--;
        if (search->lowest[node] == search->order[node]) {
                do {
                        member = search->stack[--search->stacked];
                        search->component[member] = search->components;
                } while (member != node);
                search->components++;
        }
        if (!search->depth)
                return;
        parent = search->trail[search->depth - 1];
        if (search->lowest[node] < search->lowest[parent])
                search->lowest[parent] = search->lowest[node];
}

static void search_from(struct component_search *search, uint32_t start)
{
        uint32_t node, other;

        enter(search, start);
        while (search->depth) {
                node = search->trail[search->depth - 1];
                if (!follow(search, node, &other))
                        leave(search, node);
                else if (!search->order[other])
                        enter(search, other);
                else if (search->component[other] == FAR &&
                         search->order[other] < search->lowest[node])
                        search->lowest[node] = search->order[other];
        }
}

static int component_search_init(struct component_search *search, size_t nodes)
{
        if (!ALLOCATE(search->next, nodes) || !ALLOCATE(search->order, nodes) ||
                !ALLOCATE(search->lowest, nodes) || !ALLOCATE(search->component, nodes) ||
                !ALLOCATE(search->stack, nodes) || !ALLOCATE(search->trail, nodes))
                return -ENOMEM;
        memset(search->component, 0xff, nodes * sizeof(*search->component));
        return 0;
}

ssize_t flow_components(
        const struct flow *flow, uint32_t *source_components, uint32_t *sink_components)
{
        struct component_search search CLEANUP(component_search_clear) = {.flow = flow};
        size_t sources = flow->network.source_count, sinks = flow->network.sink_count;
        int r = component_search_init(&search, sources + sinks);

        if (r < 0)
                return r;
        for (size_t node = 0; node < sources + sinks; node++)
                if (!search.order[node])
                        search_from(&search, (uint32_t)node);
        memcpy(source_components, search.component, sources * sizeof(*source_components));
        memcpy(sink_components, search.component + sources, sinks * sizeof(*sink_components));
        return search.components;
}
