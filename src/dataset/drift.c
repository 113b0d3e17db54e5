/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataset/drift.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/difference.h"

const char *drift_change_name(enum drift_change change)
{
        static const char *const names[DRIFT_CHANGE_COUNT] = {
                [DRIFT_NEW_REQUIRED] = "new-required",
                [DRIFT_NEW_USED] = "new-used",
                [DRIFT_GONE] = "gone",
        };

        return names[change];
}

static const char *const gate_names[DRIFT_GATE_COUNT] = {
        [DRIFT_GATE_REQUIRED] = "new-required",
        [DRIFT_GATE_USED] = "new-used",
};

const char *drift_gate_name(enum drift_gate gate)
{
        return gate_names[gate];
}

int drift_gate_from_name(const char *name, enum drift_gate *ret)
{
        for (unsigned gate = 0; gate < DRIFT_GATE_COUNT; gate++)
                if (strcmp(name, gate_names[gate]) == 0) {
                        *ret = gate;
                        return 0;
                }
        return -ENOENT;
}

void drift_clear(struct drift *drift)
{
        vector_clear(&drift->items);
}

/* True with the change in `*ret` where what differs is one. (What is required on both sides does
 * not differ.) */
static bool is_change(const struct drift_item *item, enum drift_change *ret)
{
        if (!item->used_now)
                *ret = DRIFT_GONE;
        else if (item->now == VERDICT_REQUIRED)
                *ret = DRIFT_NEW_REQUIRED;
        else if (!item->used_before)
                *ret = DRIFT_NEW_USED;
        else
                return false;
        return true;
}

static int compare_items(const void *a, const void *b)
{
        const struct drift_item *left = a, *right = b;

        if (left->change != right->change)
                return left->change < right->change ? -1 : 1;
        return left->feature < right->feature ? -1 : left->feature > right->feature;
}

/* What became of one feature about which the sides differ. */
static int add_difference(const struct catalogue *catalogue, const struct findings *before,
        const struct differing *differing, struct drift *drift)
{
        struct drift_item item = {
                .feature = differing->feature,
                .used_before = differing->used_a,
                .used_now = differing->used_b,
                .before = differing->a,
                .now = differing->b,
        };
        struct drift_item *added;

        if (item.used_before)
                item.before = findings_meaning(catalogue, before->items.items, before->items.count,
                        findings_find(before, item.feature));
        if (item.used_before && item.before == VERDICT_REQUIRED && item.used_now &&
                item.now == VERDICT_UNTESTED)
                drift->not_tried++;
        if (!is_change(&item, &item.change))
                return 0;
        added = vector_add(&drift->items);
        if (!added)
                return -ENOMEM;
        *added = item;
        drift->counts[item.change]++;
        return 0;
}

int drift_find(const struct catalogue *catalogue, const struct findings *before,
        const struct findings *now, struct drift *ret)
{
        CLEANUP_DIFFERENCE struct difference difference = {};
        CLEANUP_DRIFT struct drift drift = {};
        const struct differing *differing;
        int r = findings_compare(before, now, &difference);

        if (r < 0)
                return r;
        vector_for_each(differing, &difference.items) {
                r = add_difference(catalogue, before, differing, &drift);
                if (r < 0)
                        return r;
        }
        if (drift.items.count > 1)
                qsort(drift.items.items, drift.items.count, sizeof(*drift.items.items),
                        compare_items);
        drift.used_before = difference.used_a;
        drift.used_now = difference.used_b;
        drift.required_before = difference.required_a;
        *ret = drift;
        drift = (struct drift){};
        return 0;
}

bool drift_item_fails(const struct drift_item *item, enum drift_gate gate)
{
        if (gate == DRIFT_GATE_REQUIRED)
                return item->change == DRIFT_NEW_REQUIRED;
        return item->used_now && !item->used_before;
}

size_t drift_failures(const struct drift *drift, enum drift_gate gate)
{
        const struct drift_item *item;
        size_t failures = 0;

        vector_for_each(item, &drift->items)
                failures += drift_item_fails(item, gate);
        return failures;
}
