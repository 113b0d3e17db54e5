/* SPDX-License-Identifier: BSD-3-Clause */
#include "program/reach-result.h"

#include <errno.h>
#include <string.h>

void result_clear(struct reach_result *result)
{
        vector_clear(&result->features);
        for (size_t i = 0; i < RESULT_LIST_COUNT; i++)
                vector_clear(&result->unknown[i]);
        vector_clear(&result->unknown_selectors);
        free(result->slots);
        result->slots = NULL;
}

int result_add_unknown(
        struct reach_result *result, enum result_list list, struct origin at, const char *what)
{
        struct result_unknown *unknown = vector_add(&result->unknown[list]);

        if (!unknown)
                return -ENOMEM;
        *unknown = (struct result_unknown){at, what};
        return 0;
}

static size_t feature_hash(const struct feature *feature)
{
        uint64_t hash = ((uint64_t)feature->kind << 60) ^ ((uint64_t)feature->abi << 52) ^
                        ((uint64_t)feature->selector << 48) ^ (uint32_t)feature->number;

        hash = (hash ^ feature->value << 12) * 0x9e3779b97f4a7c15u;
        for (const char *c = feature->path; *c != '\0'; c++)
                hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
        return hash ^ hash >> 32;
}

static uint32_t *find_slot(struct reach_result *result, const struct feature *feature)
{
        size_t slot = feature_hash(feature) & (result->slot_count - 1);

        while (result->slots[slot] != 0 &&
                feature_compare(&result->features.items[result->slots[slot] - 1].feature.feature,
                        feature) != 0)
                slot = (slot + 1) & (result->slot_count - 1);
        return &result->slots[slot];
}

static int make_slots(struct reach_result *result)
{
        size_t count = result->slot_count > 0 ? result->slot_count * 2 : 512;
        uint32_t *slots = calloc(count, sizeof(*slots));

        if (!slots)
                return -ENOMEM;
        free(result->slots);
        result->slots = slots;
        result->slot_count = count;
        for (size_t i = 0; i < result->features.count; i++)
                *find_slot(result, &result->features.items[i].feature.feature) = i + 1;
        return 0;
}

/* Steps from the entry point to `at` by the calls of `link`. */
static uint32_t depth_by(const struct reach_state *state, struct origin at, uint32_t link)
{
        uint32_t steps = 0;

        if (link != UINT32_MAX)
                at = state->links.items[link].call;
        for (; link != UINT32_MAX; link = state->links.items[link].next)
                steps++;
        return state_node(state, at.object, at.function)->depth + steps;
}

static uint64_t absolute(const struct reach_state *state, struct origin at)
{
        return state_summary(state, at.object)->functions.items[at.function].address + at.address;
}

int result_add_feature(
        struct reach_result *result, struct feature feature, struct origin at, uint32_t link)
{
        const struct reach_state *state = result->state;
        uint32_t depth = depth_by(state, at, link);
        struct found_feature *found;
        uint32_t *slot;

        if (result->features.count * 2 >= result->slot_count && make_slots(result) < 0)
                return -ENOMEM;
        slot = find_slot(result, &feature);
        if (*slot != 0) {
                found = &result->features.items[*slot - 1];
                if (found->depth <= depth)
                        return 0;
        } else {
                found = vector_add(&result->features);
                if (!found)
                        return -ENOMEM;
                *slot = result->features.count;
        }
        *found = (struct found_feature){
                .feature =
                        {
                                .feature = feature,
                                .vdso = feature.kind == FEATURE_SYSCALL &&
                                        abi_has_vdso_call(feature.abi, feature.number),
                                .object = at.object,
                                .function = at.function,
                                .address = absolute(state, at),
                        },
                .link = link,
                .depth = depth,
        };
        return 0;
}

static int compare_found(const void *a, const void *b)
{
        const struct found_feature *left = a, *right = b;

        return feature_compare(&left->feature.feature, &right->feature.feature);
}

static int compare_unknown(const void *a, const void *b)
{
        const struct reach_unknown *left = a, *right = b;

        if (left->object != right->object)
                return left->object < right->object ? -1 : 1;
        if (left->address != right->address)
                return left->address < right->address ? -1 : 1;
        return strcmp(left->what, right->what);
}

static int finish_features(struct reach_result *result, struct reach *reach)
{
        const struct found_feature *found;

        if (result->features.count > 0)
                qsort(result->features.items, result->features.count,
                        sizeof(*result->features.items), compare_found);
        vector_for_each(found, &result->features) {
                struct reach_feature *feature = vector_add(&reach->features);
                uint32_t *link = vector_add(&result->state->feature_links);

                if (!feature || !link)
                        return -ENOMEM;
                *feature = found->feature;
                *link = found->link;
        }
        return 0;
}

struct unknown_list {
        VECTOR(struct reach_unknown) items;
};

/* Sorted, and each once. What is in `ret` after a failure belongs to the caller as well. */
static int finish_unknown(
        const struct reach_result *result, enum result_list list, struct unknown_list *ret)
{
        const struct result_unknown *unknown;
        size_t kept = 0;

        vector_for_each(unknown, &result->unknown[list]) {
                struct reach_unknown *item = vector_add(&ret->items);

                if (!item)
                        return -ENOMEM;
                item->object = unknown->at.object;
                item->function = unknown->at.function;
                item->address = absolute(result->state, unknown->at);
                item->what = strdup(unknown->what);
                if (!item->what)
                        return -ENOMEM;
        }
        if (ret->items.count == 0)
                return 0;
        qsort(ret->items.items, ret->items.count, sizeof(*ret->items.items), compare_unknown);
        for (size_t i = 1; i < ret->items.count; i++) {
                if (compare_unknown(&ret->items.items[kept], &ret->items.items[i]) != 0)
                        ret->items.items[++kept] = ret->items.items[i];
                else
                        free(ret->items.items[i].what);
        }
        ret->items.count = kept + 1;
        return 0;
}

#define LIST_MOVE(list, ret)                        \
        do {                                        \
                (ret)->items = (list)->items;       \
                (ret)->count = (list)->count;       \
                (ret)->capacity = (list)->capacity; \
        } while (0)

static int finish_selectors(const struct reach_result *result, struct reach *reach)
{
        for (size_t i = 0; i < result->unknown_selectors.count; i++) {
                const struct feature *selectors = &result->unknown_selectors.items[i];
                struct feature *added;

                if (i > 0 && feature_equal(selectors[-1], *selectors))
                        continue;
                added = vector_add(&reach->unknown_selectors);
                if (!added)
                        return -ENOMEM;
                *added = *selectors;
        }
        return 0;
}

int result_finish(struct reach_result *result, struct reach *reach)
{
        struct unknown_list sites = {}, loads = {};
        int r = finish_features(result, reach);

        if (r == 0)
                r = finish_unknown(result, RESULT_SITES, &sites);
        LIST_MOVE(&sites.items, &reach->unknown_sites);
        if (r == 0)
                r = finish_unknown(result, RESULT_LOADS, &loads);
        LIST_MOVE(&loads.items, &reach->unknown_loads);
        if (r < 0)
                return r;
        if (result->unknown_selectors.count > 0)
                qsort(result->unknown_selectors.items, result->unknown_selectors.count,
                        sizeof(*result->unknown_selectors.items), feature_compare);
        return finish_selectors(result, reach);
}
