/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/closure.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"

/*
 * Tarjan's strongly connected components (SIAM Journal on Computing 1, 1972), with a stack of our
 * own instead of recursion, since chains of dependencies may be long. Components come out after all
 * that they lead to: so when one is complete, all values that it can reach are final.
 */
struct search {
        const struct graph *graph;
        uint32_t *values;
        size_t width;
        uint32_t visits; /* nodes met so far */
        uint32_t *met;   /* by node: the how many-th it was, from 1 on; 0: not met yet */
        uint32_t *low;   /* by node: the first met that it is known to lead back to; once its
                            component is complete, UINT32_MAX */
        size_t *next;    /* by node: its edge that is to be followed next */
        uint32_t *path;  /* nodes from the start to where we are */
        size_t path_length;
        uint32_t *open; /* nodes met whose components are not complete */
        size_t open_count;
};

void graph_clear(struct graph *graph)
{
        vector_clear(&graph->first);
        vector_clear(&graph->targets);
}

static void search_clear(struct search *search)
{
        free(search->met);
        free(search->low);
        free(search->next);
        free(search->path);
        free(search->open);
}

static int search_init(struct search *search)
{
        size_t count = search->graph->first.count + 1;

        search->met = calloc(count, sizeof(*search->met));
        search->low = calloc(count, sizeof(*search->low));
        search->next = calloc(count, sizeof(*search->next));
        search->path = calloc(count, sizeof(*search->path));
        search->open = calloc(count, sizeof(*search->open));
        return search->met && search->low && search->next && search->path && search->open ? 0
                                                                                          : -ENOMEM;
}

static void raise_values(const struct search *search, uint32_t node, uint32_t by)
{
        uint32_t *values = search->values + node * search->width;
        const uint32_t *others = search->values + by * search->width;

        for (size_t i = 0; i < search->width; i++)
                if (values[i] < others[i])
                        values[i] = others[i];
}

static void enter(struct search *search, uint32_t node)
{
        search->met[node] = search->low[node] = ++search->visits;
        search->next[node] = graph_begin(search->graph, node);
        search->path[search->path_length++] = node;
        search->open[search->open_count++] = node;
}

/* All nodes met since `node` lead to each other: each gets the values of all. */
static void complete_component(struct search *search, uint32_t node)
{
        size_t start = search->open_count;

        do {
                start--;
                raise_values(search, node, search->open[start]);
        } while (search->open[start] != node);
        for (size_t i = start; i < search->open_count; i++) {
                raise_values(search, search->open[i], node);
                search->low[search->open[i]] = UINT32_MAX;
        }
        search->open_count = start;
}

/* Follows the next edge of the path's last node, or leaves the node where there is none. */
static void step(struct search *search)
{
        uint32_t node = search->path[search->path_length - 1], target;

        if (search->next[node] < graph_end(search->graph, node)) {
                target = search->graph->targets.items[search->next[node]];
                if (!search->met[target]) {
                        /* Met again by this edge once it is done. */
                        enter(search, target);
                        return;
                }
                search->next[node]++;
                raise_values(search, node, target);
                if (search->low[target] < search->low[node])
                        search->low[node] = search->low[target];
                return;
        }
        search->path_length--;
        if (search->low[node] == search->met[node])
                complete_component(search, node);
}

int closure_maximum(const struct graph *graph, uint32_t *values, size_t width)
{
        CLEANUP(search_clear)
        struct search search = {.graph = graph, .values = values, .width = width};

        if (search_init(&search) < 0)
                return -ENOMEM;
        for (uint32_t node = 0; node < graph->first.count; node++) {
                if (search.met[node])
                        continue;
                enter(&search, node);
                while (search.path_length > 0)
                        step(&search);
        }
        return 0;
}
