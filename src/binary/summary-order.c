/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "binary/summary.h"

static int compare_numbers(uint64_t a, uint64_t b)
{
        return a < b ? -1 : a > b;
}

static int compare_exports(const void *a, const void *b, void *context)
{
        const struct summary *summary = context;
        const struct summary_symbol *first = a, *second = b;
        int order;

        order = strcmp(summary_text(summary, first->name), summary_text(summary, second->name));
        if (order == 0)
                order = strcmp(summary_text(summary, first->version),
                        summary_text(summary, second->version));
        if (order == 0)
                order = compare_numbers(first->address, second->address);
        return order;
}

static int compare_pointers(const void *a, const void *b)
{
        const struct pointer *first = a, *second = b;
        int order = compare_numbers(first->address, second->address);

        /* Several relocations of one word are rare, and all of them count. */
        if (order == 0)
                order = compare_numbers(first->target, second->target);
        return order ? order : (int)first->is_import - (int)second->is_import;
}

static int compare_extents(const void *a, const void *b)
{
        const struct extent *first = a, *second = b;
        int order = compare_numbers(first->address, second->address);

        return order ? order : compare_numbers(first->size, second->size);
}

static int compare_cuts(const void *a, const void *b)
{
        return compare_numbers(*(const uint64_t *)a, *(const uint64_t *)b);
}

/* qsort() for vectors, which have no items while they are empty. */
#define sort(vector, compare)                                                             \
        do {                                                                              \
                if ((vector)->count > 1)                                                  \
                        qsort((vector)->items, (vector)->count, sizeof(*(vector)->items), \
                                compare);                                                 \
        } while (0)

/* Makes those that have something in common one, so that all are apart. Sorted already. */
static size_t unite(struct extent *items, size_t count)
{
        size_t kept = 0;

        for (size_t i = 0; i < count; i++) {
                struct extent *last = kept ? &items[kept - 1] : NULL;
                uint64_t end = items[i].address + items[i].size;

                if (last && items[i].address - last->address < last->size) {
                        if (end > last->address + last->size)
                                last->size = end - last->address;
                } else {
                        items[kept++] = items[i];
                }
        }
        return kept;
}

/* Leaves out what is empty or goes around the end of the address space. */
static size_t drop_senseless(struct extent *items, size_t count)
{
        size_t kept = 0;

        for (size_t i = 0; i < count; i++)
                if (items[i].size > 0 && items[i].size <= UINT64_MAX - items[i].address)
                        items[kept++] = items[i];
        return kept;
}

static int add_exported_data(struct summary *summary)
{
        const struct summary_symbol *symbol;

        vector_for_each(symbol, &summary->exports) {
                struct extent *extent;

                if (symbol->kind != SYMBOL_DATA || symbol->size == 0)
                        continue;
                extent = vector_add(&summary->data);
                if (!extent)
                        return -ENOMEM;
                *extent = (struct extent){.address = symbol->address, .size = symbol->size};
        }
        return 0;
}

int summary_order(struct summary *summary)
{
        uint64_t *cuts = summary->cuts.items;
        size_t kept = 0;
        int r;

        r = add_exported_data(summary);
        if (r < 0)
                return r;

        if (summary->exports.count > 1)
                qsort_r(summary->exports.items, summary->exports.count,
                        sizeof(*summary->exports.items), compare_exports, summary);
        sort(&summary->pointers, compare_pointers);

        summary->segments.count = drop_senseless(summary->segments.items, summary->segments.count);
        sort(&summary->segments, compare_extents);
        summary->segments.count = unite(summary->segments.items, summary->segments.count);
        summary->data.count = drop_senseless(summary->data.items, summary->data.count);
        sort(&summary->data, compare_extents);
        summary->data.count = unite(summary->data.items, summary->data.count);

        sort(&summary->cuts, compare_cuts);
        for (size_t i = 0; i < summary->cuts.count; i++)
                if (i == 0 || cuts[i] != cuts[kept - 1])
                        cuts[kept++] = cuts[i];
        summary->cuts.count = kept;
        return 0;
}
