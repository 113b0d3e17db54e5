/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What data leads to. Each pointer is read once: of those that were, `unread_pointers` tells the
 * next that was not, as the trees of a union of sets do, so that data that many refer to costs its
 * size only once.
 */

#include "program/reach-state.h"

#include <errno.h>
#include <stdlib.h>

#define WORDS_READ 256

static uint32_t next_unread(struct reach_object *object, uint32_t pointer)
{
        uint32_t *next = object->unread_pointers;

        while (next[pointer] != pointer) {
                next[pointer] = next[next[pointer]];
                pointer = next[pointer];
        }
        return pointer;
}

static int add_range(struct reach_state *state, uint32_t object, uint64_t from, uint64_t to)
{
        struct reach_range *range;

        if (from >= to)
                return 0;
        range = vector_add(&state->ranges);
        if (!range)
                return -ENOMEM;
        *range = (struct reach_range){object, from, to};
        return 0;
}

/* A pointer to `address` is read. */
static int follow_address(struct reach_state *state, struct origin from, uint32_t object,
        uint64_t address, enum arrival arrival)
{
        const struct summary *summary = state_summary(state, object);
        uint32_t function = summary_function_at(summary, address);
        uint64_t first, end;

        if (function != NO_FUNCTION)
                return reach_function(state, from, object, function, arrival, true);
        summary_extent(summary, address, &first, &end);
        return add_range(state, object, first, end);
}

static int follow_pointer(struct reach_state *state, struct origin from, uint32_t object,
        const struct pointer *pointer)
{
        uint32_t function;

        if (pointer->is_copy)
                return 0; /* see follow_copies() */
        if (pointer->is_import)
                return reach_use_import(state, from, object, pointer->target, FACT_TAKE_IMPORT,
                        pointer->addend, ARRIVAL_DATA);
        if (!pointer->is_ifunc)
                return follow_address(state, from, object, pointer->target, ARRIVAL_DATA);
        function = summary_function_at(state_summary(state, object), pointer->target);
        if (function == NO_FUNCTION)
                return 0;
        return reach_function(state, from, object, function, ARRIVAL_DATA, false);
}

/* Where the range holds a copy of a library's data, all of that data is read, once. */
static int follow_copies(struct reach_state *state, const struct reach_range *range)
{
        struct reach_object *object = state->objects.items[range->object];
        int r = 0;

        for (size_t i = object->copies.count; i-- > 0 && r == 0;) {
                const struct pointer *copy =
                        &object->summary->pointers.items[object->copies.items[i]];
                const struct reach_import *import =
                        reach_import(state, range->object, copy->target);
                uint64_t first, end;

                if (!import || copy->address >= range->to ||
                        (copy->address < range->from &&
                                range->from - copy->address >= import->size))
                        continue;
                object->copies.items[i] = object->copies.items[--object->copies.count];
                summary_extent(state_summary(state, import->object), import->address, &first, &end);
                r = add_range(state, import->object, first, end);
        }
        return r;
}

static int follow_range(struct reach_state *state, struct origin from, struct reach_range range)
{
        struct reach_object *object = state->objects.items[range.object];
        const struct summary *summary = object->summary;
        size_t count;
        const struct pointer *first = summary_pointers(summary, range.from, range.to, &count);
        size_t start, end;
        int r = 0;

        if (count > 0) {
                start = first - summary->pointers.items;
                end = start + count;
                for (size_t i = next_unread(object, start); i < end && r == 0;
                        i = next_unread(object, i)) {
                        object->unread_pointers[i] = i + 1;
                        r = follow_pointer(state, from, range.object, &summary->pointers.items[i]);
                }
        }
        if (r == 0 && object->copies.count > 0)
                r = follow_copies(state, &range);
        return r;
}

/* Follows what stands in `ranges`, and what that adds. Calls itself through reach_use_import(),
 * where the outermost call does all the work. */
static int follow_ranges(struct reach_state *state, struct origin from)
{
        int r = 0;

        if (state->following)
                return 0;
        state->following = true;
        while (r == 0 && state->ranges.count > 0)
                r = follow_range(state, from, state->ranges.items[--state->ranges.count]);
        state->following = false;
        return r;
}

int reach_address(struct reach_state *state, struct origin from, uint32_t object, uint64_t address,
        enum arrival arrival)
{
        int r = follow_address(state, from, object, address, arrival);

        return r < 0 ? r : follow_ranges(state, from);
}

/*
 * True for a word that was read before, of which the last WORDS_READ are known, each in the place
 * that its address decides. Most of what code reads are the same few variables.
 */
static bool was_read(struct reach_object *object, uint64_t address)
{
        uint64_t *word;

        if (!object->words_read)
                object->words_read = calloc(WORDS_READ, sizeof(*object->words_read));
        if (!object->words_read)
                return false;
        word = &object->words_read[address / sizeof(uint64_t) % WORDS_READ];
        if (*word == address + 1)
                return true;
        *word = address + 1;
        return false;
}

int reach_data(struct reach_state *state, struct origin from, uint32_t object,
        uint64_t from_address, uint64_t to_address)
{
        struct reach_object *item = state->objects.items[object];
        int r;

        /* What a copy stands for may be known only later. */
        if (to_address - from_address == sizeof(uint64_t) && item->copies.count == 0 &&
                was_read(item, from_address))
                return 0;
        r = add_range(state, object, from_address, to_address);
        return r < 0 ? r : follow_ranges(state, from);
}
