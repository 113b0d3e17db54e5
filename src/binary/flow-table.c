/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "binary/flow.h"

#define NUMBER_ENTRIES_MAX 512  /* of a table of numbers */
#define JUMP_ENTRIES_MAX   8192 /* of a table of jumps */
#define LOOK_BACK          24   /* instructions between a switch's comparison and its jump */

struct content table_numbers(struct flow *flow, const struct content *table)
{
        const struct segment *segment = object_segment(flow->object, (uint64_t)table->first);
        unsigned step = table->scale;
        int64_t numbers[NUMBER_ENTRIES_MAX];
        uint64_t from, to, at = (uint64_t)table->first;
        size_t count = 0;

        summary_extent(flow->gather->summary, at, &from, &to);
        if (!segment || segment->writable || to <= at || to - at < table->size ||
                (to - at) / step > NUMBER_ENTRIES_MAX || gather_has_pointers(flow->gather, at, to))
                return CONTENT_NOTHING;
        for (; to - at >= table->size && count < NUMBER_ENTRIES_MAX; at += step) {
                uint64_t number;
                struct content entry;

                if (!object_number(flow->object, at, table->size, &number))
                        return CONTENT_NOTHING;
                entry = content_number((int64_t)number);
                if (table->sign_extended)
                        entry = content_extend(&flow->arena, &entry, table->size, true);
                numbers[count++] = entry.first;
                if (to - at < step)
                        break;
        }
        return content_set(&flow->arena, CONTENT_NUMBERS, numbers, count);
}

/* How many entries a comparison shortly before the jump lets through, or 0. */
static uint64_t compared_entries(const struct flow *flow)
{
        uint32_t stop = flow->here > LOOK_BACK ? flow->here - LOOK_BACK : 0;

        for (uint32_t i = flow->here; i > stop + 1; i--) {
                const struct instruction *branch = &flow->instructions.items[i - 1];
                const struct instruction *compare = branch - 1;

                if (branch->operation == OPERATION_BRANCH &&
                        compare->operation == OPERATION_COMPARE &&
                        compare->sources[1].kind == OPERAND_NUMBER)
                        return compare->sources[1].number >= 0
                                       ? (uint64_t)compare->sources[1].number + 1
                                       : 0;
        }
        return 0;
}

static int compare_addresses(const void *a, const void *b)
{
        uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

        return first < second ? -1 : first > second;
}

/* Only functions with tables need them in order. */
static void sort_formed(struct flow *flow)
{
        if (!flow->formed_is_sorted && flow->formed.count > 1)
                qsort(flow->formed.items, flow->formed.count, sizeof(*flow->formed.items),
                        compare_addresses);
        flow->formed_is_sorted = true;
}

/* Where a table ends at the latest: at the next address that the function contains, or with the
 * symbol that it is part of. */
static uint64_t table_end(struct flow *flow, uint64_t table)
{
        uint64_t from, to;
        size_t next;

        sort_formed(flow);
        next = vector_position(&flow->formed, formed, *formed <= table);
        summary_extent(flow->gather->summary, table, &from, &to);
        if (next < flow->formed.count && flow->formed.items[next] < to)
                to = flow->formed.items[next];
        return to;
}

static bool read_entry(
        const struct flow *flow, const struct content *target, uint64_t at, uint64_t *ret)
{
        const struct pointer *pointer;
        uint64_t number;

        if (target->kind == CONTENT_TABLE) {
                pointer = target->size == 8 ? gather_pointer(flow->gather, at) : NULL;
                if (!pointer || pointer->is_import || pointer->is_ifunc)
                        return false;
                *ret = pointer->target;
                return true;
        }
        if (!object_number(flow->object, at, 4, &number))
                return false;
        *ret = (uint64_t)target->second + (uint64_t)(int64_t)(int32_t)number;
        return true;
}

/* True for a place in another function that a switch may lead to: in the part of the function
 * that the compiler moved away. */
static bool is_moved_part(const struct flow *flow, uint64_t address, bool is_within)
{
        size_t function = functions_at(&flow->gather->functions, address);

        return function != SIZE_MAX &&
               (is_within || flow->gather->functions.items.items[function].address != address);
}

static bool is_boundary(const struct flow *flow, uint64_t address)
{
        return flow_contains(flow, address) && flow->at[address - flow->address] != 0;
}

static const struct followed *find_followed(const struct flow *flow, const struct content *target)
{
        const struct followed *followed;

        vector_for_each(followed, &flow->followed)
                if (followed->from == flow->here && content_equal(&followed->target, target))
                        return followed;
        return NULL;
}

static void add_edge(struct flow *flow, uint64_t address)
{
        uint32_t to = flow_instruction_at(flow, address);
        struct block *block;
        struct edge *edge;

        if (to == INSTRUCTION_NONE)
                return;
        edge = vector_add(&flow->edges);
        if (!edge) {
                flow->failed = true;
                return;
        }
        *edge = (struct edge){.from = flow->here, .to = to, .next = EDGE_NONE};
        flow->has_new_edges = true;
        if (flow_mark(flow, to, MARK_LEADER))
                return;
        /* A block begins there already: it can be visited in this round. */
        block = &flow->blocks.items[flow->block_at.items[flow->here]];
        edge->next = block->first_edge;
        block->first_edge = (uint32_t)(edge - flow->edges.items);
}

static void note_table(struct flow *flow, uint64_t table, uint64_t size)
{
        struct extent *extent = vector_add(&flow->gather->tables);

        if (extent)
                *extent = (struct extent){table, size};
        else
                flow->failed = true;
}

bool table_follow(struct flow *flow, const struct content *target)
{
        const struct followed *known = find_followed(flow, target);
        uint64_t table = (uint64_t)target->first, end, within, count;

        if (known && !flow->telling)
                return true;
        end = table_end(flow, table);
        within = compared_entries(flow);
        for (count = 0; count < JUMP_ENTRIES_MAX; count++) {
                uint64_t at = table + count * target->size, address;

                if (at >= end || end - at < target->size || !read_entry(flow, target, at, &address))
                        break;
                if (is_boundary(flow, address)) {
                        if (!known)
                                add_edge(flow, address);
                } else if (!flow_contains(flow, address) &&
                           is_moved_part(flow, address, count < within)) {
                        struct content part = content_address(address);

                        flow_call(flow, &part, true, flow->all, flow->all);
                } else {
                        break;
                }
        }
        /* Of a longer one only a part would be known. */
        if (count == 0 || count == JUMP_ENTRIES_MAX)
                return false;
        flow->marks.items[flow->here] |= MARK_RESOLVED;
        if (flow->telling && target->kind == CONTENT_TABLE)
                note_table(flow, table, count * target->size);
        if (!known) {
                struct followed *followed = vector_add(&flow->followed);

                if (followed)
                        *followed = (struct followed){flow->here, *target};
                else
                        flow->failed = true;
        }
        return true;
}
