/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/difference.h"

#include <errno.h>
#include <stdlib.h>

static enum difference_part part_of(const struct differing *item)
{
        if (!item->used_b)
                return DIFFERENCE_ONLY_A;
        if (!item->used_a)
                return DIFFERENCE_ONLY_B;
        if (item->a == VERDICT_REQUIRED)
                return DIFFERENCE_REQUIRED_A;
        return item->b == VERDICT_REQUIRED ? DIFFERENCE_REQUIRED_B : DIFFERENCE_OTHER;
}

/* How far behind an item stands: what only one side uses is sorted by its verdict. */
static unsigned group_of(const struct differing *item)
{
        if (item->used_a && item->used_b)
                return 0;
        return item->used_a ? item->a : item->b;
}

static int compare_items(const void *a, const void *b, void *words)
{
        const struct differing *left = a, *right = b;
        const unsigned left_group = group_of(left), right_group = group_of(right);

        if (left_group != right_group)
                return left_group < right_group ? -1 : 1;
        return feature_words_compare(words, left->feature, right->feature);
}

int difference_parts_fill(const struct difference *difference, const struct feature_words *words,
        struct difference_parts *ret)
{
        CLEANUP_DIFFERENCE_PARTS struct difference_parts parts = {};
        const struct differing *item;

        vector_for_each(item, &difference->items) {
                struct differing *added = vector_add(&parts.parts[part_of(item)]);

                if (!added)
                        return -ENOMEM;
                *added = *item;
        }
        for (enum difference_part part = 0; part < DIFFERENCE_PART_COUNT; part++)
                if (parts.parts[part].count > 1)
                        qsort_r(parts.parts[part].items, parts.parts[part].count,
                                sizeof(*parts.parts[part].items), compare_items, (void *)words);
        *ret = parts;
        parts = (struct difference_parts){};
        return 0;
}

void difference_parts_clear(struct difference_parts *parts)
{
        for (enum difference_part part = 0; part < DIFFERENCE_PART_COUNT; part++)
                vector_clear(&parts->parts[part]);
}
