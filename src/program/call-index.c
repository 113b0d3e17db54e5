/* SPDX-License-Identifier: BSD-3-Clause */
#include "program/call-index.h"

#include <stdlib.h>

struct call_index {
        const struct summary *summary;
        size_t functions, imports;
        uint32_t *starts; /* by function, then by import: where its edges begin; one more at the end
                           */
        struct call_edge *edges;
        VECTOR(struct call_edge) stores; /* by address */
};

/* The list that a fact belongs into, or SIZE_MAX. */
static size_t list_of(const struct call_index *index, const struct fact *fact)
{
        if (fact->kind == FACT_CALL || fact->kind == FACT_TAKE)
                return fact->target < index->functions ? fact->target : SIZE_MAX;
        if (fact->kind == FACT_CALL_IMPORT || fact->kind == FACT_TAKE_IMPORT)
                return fact->target < index->imports ? index->functions + fact->target : SIZE_MAX;
        return SIZE_MAX;
}

static int compare_store(const void *a, const void *b, void *context)
{
        const struct summary *summary = context;
        const struct call_edge *left = a, *right = b;
        uint64_t left_address = summary->facts.items[left->fact].offset;
        uint64_t right_address = summary->facts.items[right->fact].offset;

        if (left_address != right_address)
                return left_address < right_address ? -1 : 1;
        return left->fact < right->fact ? -1 : left->fact > right->fact;
}

/* Lengths first, in the place behind each list's own, then their sums: where lists begin. */
static int count_edges(struct call_index *index)
{
        const struct summary *summary = index->summary;
        size_t lists = index->functions + index->imports;

        index->starts = calloc(lists + 2, sizeof(*index->starts));
        if (!index->starts)
                return -1;
        for (size_t i = 0; i < summary->facts.count; i++) {
                size_t list = list_of(index, &summary->facts.items[i]);

                if (list != SIZE_MAX)
                        index->starts[list + 2]++;
        }
        for (size_t i = 0; i < lists; i++)
                index->starts[i + 2] += index->starts[i + 1];
        index->edges = calloc((size_t)index->starts[lists + 1] + 1, sizeof(*index->edges));
        return index->edges ? 0 : -1;
}

/* Advances the beginnings, which stand one place too far: they end up where they belong. */
static int fill_edges(struct call_index *index)
{
        const struct summary *summary = index->summary;

        for (uint32_t function = 0; function < index->functions; function++) {
                const struct summary_function *item = &summary->functions.items[function];

                for (uint32_t fact = item->facts; fact < item->facts + item->fact_count; fact++) {
                        size_t list = list_of(index, &summary->facts.items[fact]);
                        struct call_edge edge = {function, fact}, *store;

                        if (list != SIZE_MAX)
                                index->edges[index->starts[list + 1]++] = edge;
                        if (summary->facts.items[fact].kind != FACT_STORE)
                                continue;
                        store = vector_add(&index->stores);
                        if (!store)
                                return -1;
                        *store = edge;
                }
        }
        if (index->stores.count > 1)
                qsort_r(index->stores.items, index->stores.count, sizeof(*index->stores.items),
                        compare_store, (void *)summary);
        return 0;
}

struct call_index *call_index_new(const struct summary *summary)
{
        struct call_index *index = calloc(1, sizeof(*index));

        if (!index)
                return NULL;
        index->summary = summary;
        index->functions = summary->functions.count;
        index->imports = summary->imports.count;
        if (count_edges(index) < 0 || fill_edges(index) < 0)
                return call_index_free(index);
        return index;
}

struct call_index *call_index_free(struct call_index *index)
{
        if (!index)
                return NULL;
        free(index->starts);
        free(index->edges);
        vector_clear(&index->stores);
        free(index);
        return NULL;
}

size_t call_index_bytes(const struct call_index *index)
{
        size_t lists = index->functions + index->imports;

        return sizeof(*index) + (lists + 2) * sizeof(*index->starts) +
               index->starts[lists] * sizeof(*index->edges) +
               index->stores.capacity * sizeof(*index->stores.items);
}

static const struct call_edge *list_edges(
        const struct call_index *index, size_t list, size_t *ret_count)
{
        *ret_count = index->starts[list + 1] - index->starts[list];
        return index->edges + index->starts[list];
}

const struct call_edge *call_index_function(
        const struct call_index *index, uint32_t function, size_t *ret_count)
{
        return list_edges(index, function, ret_count);
}

const struct call_edge *call_index_import(
        const struct call_index *index, uint32_t import, size_t *ret_count)
{
        return list_edges(index, index->functions + import, ret_count);
}

/* The first store at `address` or behind it. */
static size_t store_at(const struct call_index *index, uint64_t address)
{
        const struct fact *facts = index->summary->facts.items;

        return vector_position(
                &index->stores, store, (uint64_t)facts[store->fact].offset < address);
}

const struct call_edge *call_index_stores(
        const struct call_index *index, uint64_t from, uint64_t to, size_t *ret_count)
{
        size_t first = store_at(index, from), last = store_at(index, to);

        *ret_count = last > first ? last - first : 0;
        return *ret_count > 0 ? &index->stores.items[first] : NULL;
}
