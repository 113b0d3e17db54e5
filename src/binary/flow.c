/* SPDX-License-Identifier: BSD-3-Clause */
#include "binary/flow.h"

#include <errno.h>
#include <string.h>

/* How often blocks are made anew for targets of tables, and how often the blocks of a function are
 * visited on average, until all of it counts as reached with nothing known. Sensible code stays far
 * below both. */
#define ROUNDS_MAX 16
#define VISITS_MAX 64

/* Functions of more bytes are looked at in pieces. No compiler makes any as large. */
#define PIECE_BYTES (UINT64_C(1) << 20)

void flow_init(struct flow *flow, struct gather *gather)
{
        const struct machine *machine = gather->machine;
        uint32_t stack = UINT32_C(1) << machine->stack_pointer;

        *flow = (struct flow){
                .gather = gather,
                .object = gather->object,
                .machine = machine,
                .frame_base = -(int64_t)machine->pointer_size,
        };
        flow->all = (uint32_t)((UINT64_C(1) << machine->register_count) - 1) & ~stack;
        for (unsigned i = 0; i < 2; i++)
                if (machine->return_registers[i] < REGISTERS_MAX)
                        flow->returned |= UINT32_C(1) << machine->return_registers[i];
        flow->kept = machine->kept_by_calls;
        /* Go has a convention of its own, which keeps nothing and returns in many registers. */
        if (gather->is_go) {
                flow->returned = flow->all;
                flow->kept = stack;
        }
}

void flow_clear(struct flow *flow)
{
        arena_clear(&flow->arena);
        vector_clear(&flow->instructions);
        vector_clear(&flow->marks);
        vector_clear(&flow->block_at);
        free(flow->at);
        vector_clear(&flow->formed);
        vector_clear(&flow->edges);
        vector_clear(&flow->followed);
        vector_clear(&flow->written_fields);
        vector_clear(&flow->live);
        vector_clear(&flow->blocks);
        vector_clear(&flow->order);
        *flow = (struct flow){};
}

/* ---- Until nothing changes ---- */

static void run_block(struct flow *flow, const struct block *block)
{
        flow_state_load(flow, block->in, &flow->state);
        for (uint32_t i = 0; i < block->count && !flow->failed; i++) {
                flow->here = block->first + i;
                flow_step(flow);
        }
}

/* Brings the current state to a successor. */
static void reach(struct flow *flow, uint32_t successor)
{
        struct block *block = &flow->blocks.items[successor];

        if (flow_state_join(flow, block))
                block->is_queued = true;
}

static void reach_successors(struct flow *flow, const struct block *block)
{
        for (unsigned i = 0; i < 2; i++)
                if (block->successors[i] != BLOCK_NONE)
                        reach(flow, block->successors[i]);
        for (uint32_t i = block->first_edge; i != EDGE_NONE; i = flow->edges.items[i].next)
                reach(flow, flow->block_at.items[flow->edges.items[i].to]);
}

static void begin(struct flow *flow)
{
        struct block *block;

        vector_for_each(block, &flow->blocks)
                if (block->is_entered) {
                        flow_state_forget(&flow->state);
                        reach(flow, (uint32_t)(block - flow->blocks.items));
                }
        flow_state_enter(flow, &flow->state);
        reach(flow, 0);
}

/* Visits blocks in their order until none changes any more. Returns false where that takes too
 * long. */
static bool settle(struct flow *flow)
{
        unsigned long visits = 0, most = VISITS_MAX * (flow->blocks.count + 16);
        bool changed = true;

        flow->telling = false;
        begin(flow);
        while (changed && !flow->failed) {
                changed = false;
                for (size_t i = 0; i < flow->order.count && !flow->failed; i++) {
                        struct block *block = &flow->blocks.items[flow->order.items[i]];

                        if (!block->is_queued || !block->in)
                                continue;
                        block->is_queued = false;
                        if (block->visits < UINT16_MAX)
                                block->visits++;
                        if (++visits > most)
                                return false;
                        run_block(flow, block);
                        reach_successors(flow, block);
                        changed = true;
                }
        }
        return true;
}

/* ---- What has become known ---- */

/* True where jumps to unknown places may be to blocks of this function. */
static bool has_open_jump(const struct flow *flow)
{
        const struct block *block;

        for (size_t i = 0; i < flow->marks.count; i++)
                if (flow->marks.items[i] & MARK_OPEN)
                        return true;
        if (flow->has_unknown_jump)
                vector_for_each(block, &flow->blocks)
                        if (!block->in && !flow_is_padding(flow, block))
                                return true;
        return false;
}

static int find_live_behind(struct flow *flow, const struct block *block)
{
        if (!vector_reserve(&flow->live, block->count))
                return -ENOMEM;
        flow_find_live(flow, block, flow->live.items);
        return 0;
}

static int tell(struct flow *flow)
{
        const struct block *block;
        int r;

        flow->telling = true;
        vector_for_each(block, &flow->blocks) {
                if (!block->in)
                        continue;
                r = find_live_behind(flow, block);
                if (r < 0)
                        return r;
                run_block(flow, block);
                for (unsigned i = 0; i < 2; i++)
                        if (block->successors[i] != BLOCK_NONE)
                                flow_state_depart(flow, &flow->blocks.items[block->successors[i]]);
                for (uint32_t i = block->first_edge; i != EDGE_NONE; i = flow->edges.items[i].next)
                        flow_state_depart(flow,
                                &flow->blocks.items[flow->block_at.items[flow->edges.items[i].to]]);
        }
        flow->telling = false;
        return flow->failed || flow->gather->failed ? -ENOMEM : 0;
}

/* ---- A function ---- */

static int look_at(struct flow *flow)
{
        int r;

        flow->followed.count = flow->written_fields.count = 0;
        flow->shared_places = 0;
        flow->has_unknown_jump = false;
        r = flow_decode(flow);
        for (int round = 0; r == 0; round++) {
                bool settled;

                if (round > ROUNDS_MAX)
                        flow->is_open = true;
                arena_reset(&flow->arena);
                flow->has_new_edges = false;
                r = flow_divide(flow);
                if (r < 0)
                        return r;
                settled = settle(flow);
                if (flow->failed)
                        return -ENOMEM;
                if (flow->has_new_edges && round <= 2 * ROUNDS_MAX)
                        continue;
                if (!flow->is_open && (!settled || has_open_jump(flow))) {
                        flow->is_open = true;
                        continue;
                }
                return tell(flow);
        }
        return r;
}

int flow_function(struct flow *flow, uint32_t number)
{
        const struct function *function = &flow->gather->functions.items.items[number];
        uint64_t end = function->address + function->size;
        bool is_first = !flow->gather->is_done[number];
        int r = 0;

        gather_begin(flow->gather, number);
        flow->number = number;
        flow->has_landing_pads = function->has_landing_pads;
        flow->is_open = end - function->address > PIECE_BYTES;
        for (flow->address = function->address; r == 0 && flow->address < end;
                flow->address = flow->end) {
                flow->end = end - flow->address > PIECE_BYTES ? flow->address + PIECE_BYTES : end;
                flow->falls_through = flow->end < end || function->falls_through;
                flow->failed = false;
                r = look_at(flow);
                if (is_first)
                        flow->gather->summary->undecoded += flow->undecoded;
        }
        return r;
}
