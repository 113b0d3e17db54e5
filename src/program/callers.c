/* SPDX-License-Identifier: BSD-3-Clause */
#include "program/callers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "program/program-private.h"

uint32_t fact_argument(const struct summary *summary, const struct fact *fact, uint8_t place)
{
        for (uint32_t i = 0; i < fact->argument_count; i++) {
                const struct argument *argument = &summary->arguments.items[fact->arguments + i];

                if (argument->place == place)
                        return argument->value;
        }
        return 0;
}

static int compare_importer(const void *a, const void *b)
{
        return memcmp(a, b, sizeof(struct reach_importer));
}

/* Which imports mean the function: the first, and `*ret_count`. */
static const struct reach_importer *importers_of(
        struct reach_state *state, uint32_t object, uint32_t function, size_t *ret_count)
{
        const struct reach_importer key = {object, function, 0, 0};
        const struct reach_importer *items = state->importers.items;
        size_t count = state->importers.count, first, behind;

        if (state->importers_sorted < count) {
                qsort(state->importers.items, count, sizeof(*items), compare_importer);
                state->importers_sorted = count;
        }
        first = array_position(items, count, importer, compare_importer(importer, &key) < 0);
        for (behind = first; behind < count; behind++)
                if (items[behind].target_object != object ||
                        items[behind].target_function != function)
                        break;
        *ret_count = behind - first;
        return items + first;
}

const struct call_index *callers_index(struct reach_state *state, uint32_t object)
{
        struct reach_object *item = state->objects.items[object];

        if (!item->calls)
                item->calls = program_calls(state->program, object);
        return item->calls;
}

static int each_edge(struct reach_state *state, uint32_t object, const struct call_edge *edges,
        size_t count, int (*edge)(void *context, struct origin from, const struct fact *fact),
        void *context)
{
        const struct summary *summary = state_summary(state, object);
        int r = 0;

        for (size_t i = 0; i < count && r == 0; i++) {
                const struct fact *fact = &summary->facts.items[edges[i].fact];

                if (state_node(state, object, edges[i].function)->reached)
                        r = edge(context, (struct origin){object, edges[i].function, fact->address},
                                fact);
        }
        return r;
}

int callers_each(struct reach_state *state, uint32_t object, uint32_t function,
        int (*edge)(void *context, struct origin from, const struct fact *fact), void *context)
{
        const struct call_index *calls = callers_index(state, object);
        const struct reach_importer *importers;
        const struct call_edge *edges;
        size_t importer_count, count;
        int r;

        if (!calls)
                return -ENOMEM;
        edges = call_index_function(calls, function, &count);
        r = each_edge(state, object, edges, count, edge, context);
        importers = importers_of(state, object, function, &importer_count);
        for (size_t i = 0; i < importer_count && r == 0; i++) {
                calls = callers_index(state, importers[i].object);
                if (!calls)
                        return -ENOMEM;
                edges = call_index_import(calls, importers[i].import, &count);
                r = each_edge(state, importers[i].object, edges, count, edge, context);
        }
        return r;
}
