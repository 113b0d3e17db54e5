/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataset/difference.h"

#include <errno.h>

void difference_clear(struct difference *difference)
{
        vector_clear(&difference->items);
}

/* Counts one feature; either finding may be NULL, not both. */
static int compare_one(
        const struct finding *a, const struct finding *b, struct difference *difference)
{
        struct differing *differing;

        difference->used_a += a != NULL;
        difference->used_b += b != NULL;
        difference->required_a += a && a->verdict == VERDICT_REQUIRED;
        difference->required_b += b && b->verdict == VERDICT_REQUIRED;
        if (a && b && a->verdict == b->verdict) {
                difference->same++;
                return 0;
        }
        differing = vector_add(&difference->items);
        if (!differing)
                return -ENOMEM;
        differing->feature = a ? a->feature : b->feature;
        differing->used_a = a != NULL;
        differing->used_b = b != NULL;
        if (a)
                differing->a = a->verdict;
        if (b)
                differing->b = b->verdict;
        return 0;
}

int findings_compare(const struct findings *a, const struct findings *b, struct difference *ret)
{
        const struct finding *left = a->items.items, *left_end = left + a->items.count;
        const struct finding *right = b->items.items, *right_end = right + b->items.count;
        CLEANUP_DIFFERENCE struct difference difference = {};

        while (left < left_end || right < right_end) {
                const bool takes_left =
                        left < left_end && (right == right_end || left->feature <= right->feature);
                const bool takes_right =
                        right < right_end && (left == left_end || right->feature <= left->feature);

                if (compare_one(takes_left ? left : NULL, takes_right ? right : NULL, &difference) <
                        0)
                        return -ENOMEM;
                left += takes_left;
                right += takes_right;
        }
        *ret = difference;
        difference = (struct difference){};
        return 0;
}
