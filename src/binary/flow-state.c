/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "binary/flow.h"

/* Blocks that are visited as often get no larger sets any more, so that loops end. */
#define VISITS_FEW 6

void flow_state_enter(const struct flow *flow, struct state *state)
{
        const struct machine *machine = flow->machine;

        state->slot_count = 0;
        state->escaped_from = INT64_MAX;
        state->callers_lost = false;
        for (unsigned i = 0; i < REGISTERS_MAX; i++)
                state->registers[i] =
                        i < machine->register_count ? content_entry((uint8_t)i) : CONTENT_NOTHING;
        state->registers[machine->stack_pointer] = content_frame(0);
}

void flow_state_forget(struct state *state)
{
        memset(state->registers, 0, sizeof(state->registers));
        state->slot_count = 0;
        state->escaped_from = INT64_MIN;
        state->callers_lost = true;
}

void flow_state_load(const struct flow *flow, const struct kept_state *kept, struct state *ret)
{
        unsigned count = flow->machine->register_count;

        memcpy(ret->registers, kept->registers, count * sizeof(*kept->registers));
        ret->escaped_from = kept->escaped_from;
        ret->callers_lost = kept->callers_lost;
        ret->slot_count = kept->slot_count;
        memcpy(ret->slots, kept->slots, kept->slot_count * sizeof(*kept->slots));
}

/* Copies the current state into memory of the arena. */
static struct kept_state *keep(struct flow *flow)
{
        unsigned count = flow->machine->register_count;
        const struct state *state = &flow->state;
        struct kept_state *kept =
                arena_take(&flow->arena, sizeof(*kept) + count * sizeof(*kept->registers));

        if (!kept)
                return NULL;
        kept->slots = arena_take(&flow->arena, (state->slot_count + 1) * sizeof(*kept->slots));
        if (!kept->slots)
                return NULL;
        memcpy(kept->registers, state->registers, count * sizeof(*kept->registers));
        kept->escaped_from = state->escaped_from;
        kept->callers_lost = state->callers_lost;
        kept->slot_count = kept->slot_capacity = state->slot_count;
        memcpy(kept->slots, state->slots, state->slot_count * sizeof(*kept->slots));
        return kept;
}

static struct content join(
        struct flow *flow, const struct content *a, const struct content *b, bool fixed)
{
        struct content first = *a, second = *b;

        if (first.kind == CONTENT_TABLE)
                first = table_numbers(flow, a);
        if (second.kind == CONTENT_TABLE)
                second = table_numbers(flow, b);
        return content_join(&flow->arena, &first, &second, fixed);
}

/* Brings another content into one. Returns true where that changes. */
static bool join_content(
        struct flow *flow, struct content *in, const struct content *content, bool fixed)
{
        struct content joined;

        if (content_equal(in, content))
                return false;
        joined = join(flow, in, content, fixed);
        if (content_equal(&joined, in))
                return false;
        *in = joined;
        return true;
}

/*
 * What the block holds in a register when it is also entered from where nothing is known. The stack
 * is the same there: compilers lay out the frame for the whole function.
 */
static bool survives_entry(const struct flow *flow, const struct content *content)
{
        return content->kind == CONTENT_FRAME && content->first == flow->frame_base;
}

/* That nothing is known of a register stays so when other states join. */
static void clear_dead(
        const struct flow *flow, const struct block *block, struct content *registers)
{
        for_each_register(
                i, flow->all) if (!(block->live & UINT32_C(1) << i) ||
                                  (block->is_entered && !survives_entry(flow, &registers[i])))
                registers[i] = CONTENT_NOTHING;
}

/* The frame is the same wherever one comes from: one that knows where it is knows for both. */
static bool join_stack_pointer(struct flow *flow, struct block *block, bool fixed)
{
        struct content *in = &block->in->registers[flow->machine->stack_pointer];
        const struct content *now = &flow->state.registers[flow->machine->stack_pointer];

        if (content_equal(in, now) || now->kind != CONTENT_FRAME ||
                (in->kind == CONTENT_UNKNOWN && fixed))
                return false;
        *in = in->kind == CONTENT_UNKNOWN ? *now : CONTENT_NOTHING;
        return true;
}

static bool join_registers(struct flow *flow, struct block *block, bool fixed)
{
        struct kept_state *in = block->in;
        bool changed = join_stack_pointer(flow, block, fixed);

        for_each_register(i, flow->all & block->live) if (in->registers[i].kind != CONTENT_UNKNOWN)
                changed |= join_content(flow, &in->registers[i], &flow->state.registers[i], fixed);
        return changed;
}

/* What a word of the stack holds of which no slot tells. */
static bool is_callers(const struct kept_state *state, const struct slot *slot)
{
        return slot->offset > 0 && !state->callers_lost;
}

/* Unites the words: those that only one of both knows are lost, of which the caller's are. */
static bool join_slots(struct flow *flow, struct kept_state *in, bool fixed)
{
        const struct state *state = &flow->state;
        bool changed = false, callers_lost = in->callers_lost || state->callers_lost;
        uint32_t i = 0, j = 0, kept = 0;

        while (i < in->slot_count) {
                struct slot *slot = &in->slots[i];
                const struct slot *other;

                while (j < state->slot_count && state->slots[j].offset < slot->offset) {
                        if (state->slots[j].offset > 0 && !in->callers_lost)
                                callers_lost = true;
                        j++;
                }
                i++;
                other = j < state->slot_count && state->slots[j].offset == slot->offset &&
                                        state->slots[j].size == slot->size
                                ? &state->slots[j]
                                : NULL;
                if (other) {
                        changed |= join_content(flow, &slot->content, &other->content, fixed);
                        /* Of the caller's words, that nothing is known has to be told. */
                        if (slot->content.kind == CONTENT_UNKNOWN && slot->offset <= 0)
                                continue;
                        if (kept + 1 < i)
                                in->slots[kept] = *slot;
                        kept++;
                } else {
                        changed = true;
                        if (is_callers(in, slot))
                                callers_lost = true;
                }
        }
        while (j < state->slot_count)
                if (state->slots[j++].offset > 0 && !in->callers_lost)
                        callers_lost = true;
        in->slot_count = kept;
        if (callers_lost != in->callers_lost)
                changed = true;
        in->callers_lost = callers_lost;
        return changed;
}

bool flow_state_join(struct flow *flow, struct block *block)
{
        struct kept_state *in = block->in;
        bool changed, fixed = block->visits > VISITS_FEW;

        if (!in) {
                in = keep(flow);
                if (!in) {
                        flow->failed = true;
                        return false;
                }
                block->in = in;
                clear_dead(flow, block, in->registers);
                changed = true;
        } else {
                changed = join_registers(flow, block, fixed);
                if (join_slots(flow, in, fixed))
                        changed = true;
                if (flow->state.escaped_from < in->escaped_from) {
                        in->escaped_from = flow->state.escaped_from;
                        changed = true;
                }
        }
        if (block->is_entered) {
                in->slot_count = 0;
                in->callers_lost = true;
                in->escaped_from = INT64_MIN;
        }
        return changed;
}

/* True where all that `content` may be is known of `other`, too. */
static bool is_followed(const struct content *content, const struct content *other)
{
        return other->kind == content->kind;
}

void flow_state_depart(struct flow *flow, const struct block *block)
{
        const struct kept_state *in = block->in;
        struct state *state = &flow->state;
        uint32_t j = 0;

        for_each_register(i,
                flow->all & block->live) if (!is_followed(&state->registers[i], &in->registers[i]))
                flow_depart(flow, &state->registers[i], DEPARTURE_LOST);
        for (uint32_t i = 0; i < state->slot_count; i++) {
                const struct slot *slot = &state->slots[i];

                while (j < in->slot_count && in->slots[j].offset < slot->offset)
                        j++;
                if (j >= in->slot_count || in->slots[j].offset != slot->offset ||
                        in->slots[j].size != slot->size ||
                        !is_followed(&slot->content, &in->slots[j].content))
                        flow_depart(flow, &slot->content, DEPARTURE_LOST);
        }
}
