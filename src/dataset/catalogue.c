/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataset/catalogue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/vector.h"

/* Slots of the first table; always a power of two. */
#define SLOTS_FIRST 256

/*
 * Features that are no calls of the native ABI are found by a hash table with linear probing. Slots
 * hold places in `others` plus one, so that a zeroed table is an empty one; nothing is ever taken
 * out.
 */
struct catalogue {
        VECTOR(struct feature) others; /* that of CATALOGUE_CALLS first */
        uint32_t *slots;
        size_t slot_count; /* at least twice as many as are taken */
};

struct catalogue *catalogue_new(void)
{
        CLEANUP_CATALOGUE struct catalogue *catalogue = calloc(1, sizeof(*catalogue));

        if (!catalogue)
                return NULL;
        catalogue->slots = calloc(SLOTS_FIRST, sizeof(*catalogue->slots));
        if (!catalogue->slots)
                return NULL;
        catalogue->slot_count = SLOTS_FIRST;
        return steal_pointer(catalogue);
}

struct catalogue *catalogue_free(struct catalogue *catalogue)
{
        if (!catalogue)
                return NULL;
        vector_clear(&catalogue->others);
        free(catalogue->slots);
        free(catalogue);
        return NULL;
}

/* True for what is numbered by its own number. */
static bool is_plain_call(const struct feature *feature)
{
        return feature->kind == FEATURE_SYSCALL && feature->abi == abi_native() &&
               feature->number >= 0 && feature->number < CATALOGUE_CALLS;
}

/* FNV-1a, a word at a time for numbers; its low bits are good enough to be an index once the high
 * ones are folded in. */
static uint64_t hash_word(uint64_t hash, uint64_t word)
{
        return (hash ^ word) * 0x100000001b3u;
}

static size_t feature_hash(const struct feature *feature)
{
        uint64_t hash = 0xcbf29ce484222325u;

        hash = hash_word(hash, feature->kind);
        hash = hash_word(hash, feature->abi);
        hash = hash_word(hash, feature->number);
        hash = hash_word(hash, feature->selector);
        hash = hash_word(hash, feature->value);
        for (const char *byte = feature->path; *byte; byte++)
                hash = hash_word(hash, (unsigned char)*byte);
        return hash ^ hash >> 29;
}

/* The slot where the feature is, or the empty one where it belongs. */
static uint32_t *find_slot(const struct catalogue *catalogue, const struct feature *feature)
{
        const size_t mask = catalogue->slot_count - 1;
        size_t at = feature_hash(feature) & mask;

        while (catalogue->slots[at] != 0 &&
                feature_compare(&catalogue->others.items[catalogue->slots[at] - 1], feature) != 0)
                at = (at + 1) & mask;
        return &catalogue->slots[at];
}

static int double_slots(struct catalogue *catalogue)
{
        const size_t count = catalogue->slot_count * 2;
        uint32_t *slots = calloc(count, sizeof(*slots));

        if (!slots)
                return -ENOMEM;
        free(catalogue->slots);
        catalogue->slots = slots;
        catalogue->slot_count = count;
        for (size_t i = 0; i < catalogue->others.count; i++)
                *find_slot(catalogue, &catalogue->others.items[i]) = i + 1;
        return 0;
}

int catalogue_add(struct catalogue *catalogue, const struct feature *feature)
{
        struct feature *added;
        uint32_t *slot;

        if (is_plain_call(feature))
                return feature->number;
        slot = find_slot(catalogue, feature);
        if (*slot != 0)
                return CATALOGUE_CALLS + *slot - 1;
        /* Numbers are handed out as int. */
        if (catalogue->others.count >= INT32_MAX - CATALOGUE_CALLS)
                return -ENOMEM;
        if (2 * (catalogue->others.count + 1) > catalogue->slot_count) {
                if (double_slots(catalogue) < 0)
                        return -ENOMEM;
                slot = find_slot(catalogue, feature);
        }
        added = vector_add(&catalogue->others);
        if (!added)
                return -ENOMEM;
        *added = *feature;
        *slot = catalogue->others.count;
        return CATALOGUE_CALLS + *slot - 1;
}

int catalogue_find(const struct catalogue *catalogue, const struct feature *feature)
{
        const uint32_t *slot;

        if (is_plain_call(feature))
                return feature->number;
        slot = find_slot(catalogue, feature);
        return *slot != 0 ? (int)(CATALOGUE_CALLS + *slot - 1) : -ENOENT;
}

struct feature catalogue_feature(const struct catalogue *catalogue, unsigned number)
{
        if (catalogue_is_call(number))
                return (struct feature){FEATURE_SYSCALL, abi_native(), number};
        return catalogue->others.items[number - CATALOGUE_CALLS];
}

unsigned catalogue_limit(const struct catalogue *catalogue)
{
        return CATALOGUE_CALLS + catalogue->others.count;
}

int catalogue_compare(const struct catalogue *catalogue, unsigned a, unsigned b)
{
        struct feature left, right;

        if (catalogue_is_call(a) && catalogue_is_call(b))
                return a < b ? -1 : a > b;
        left = catalogue_feature(catalogue, a);
        right = catalogue_feature(catalogue, b);
        return feature_compare(&left, &right);
}
