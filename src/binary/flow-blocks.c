/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "binary/flow.h"

/* ---- Instructions ---- */

static struct instruction *append(struct flow *flow)
{
        size_t count = flow->instructions.count, wanted = 2 * count + 64;

        if (count >= INSTRUCTION_NONE - 1 ||
                (count == flow->instructions.capacity &&
                        !vector_reserve(&flow->instructions, wanted)) ||
                (count == flow->marks.capacity && !vector_reserve(&flow->marks, wanted))) {
                flow->failed = true;
                return NULL;
        }
        flow->marks.items[flow->marks.count++] = 0;
        return &flow->instructions.items[flow->instructions.count++];
}

/* Decodes one and appends it; where there is none, a byte that stops. */
static const struct instruction *decode_one(struct flow *flow, uint64_t address)
{
        struct instruction *added = append(flow);
        uint64_t offset = address - flow->address;
        unsigned length = 0;

        if (!added)
                return NULL;
        if (offset < flow->size)
                length = flow->machine->decode(flow->gather->decoder, flow->bytes + offset,
                        flow->size - offset, address, added);
        if (length == 0) {
                *added = (struct instruction){
                        .address = address,
                        .length = 1,
                        .operation = OPERATION_STOP,
                };
                flow->undecoded++;
        }
        flow->at[offset] = (uint32_t)flow->instructions.count;
        return added;
}

static bool ends_flow(const struct instruction *instruction)
{
        return instruction->operation == OPERATION_JUMP ||
               instruction->operation == OPERATION_RETURN ||
               instruction->operation == OPERATION_STOP;
}

/* Decodes what begins in the middle of another instruction until both agree again: code that
 * jumps over a prefix does that. */
static void decode_overlapping(struct flow *flow, uint64_t address)
{
        uint64_t begin = address;
        struct instruction *jump;

        while (address < flow->end && flow->at[address - flow->address] == 0) {
                const struct instruction *instruction = decode_one(flow, address);

                if (!instruction || ends_flow(instruction))
                        return;
                address += instruction->length;
        }
        if (address >= flow->end || address == begin)
                return;
        jump = append(flow);
        if (!jump)
                return;
        *jump = (struct instruction){
                .address = address,
                .operation = OPERATION_JUMP,
                .sources = {{.kind = OPERAND_ADDRESS, .size = 8, .number = (int64_t)address}},
        };
}

uint32_t flow_instruction_at(struct flow *flow, uint64_t address)
{
        if (!flow_contains(flow, address))
                return INSTRUCTION_NONE;
        if (flow->at[address - flow->address] == 0)
                decode_overlapping(flow, address);
        return flow->failed ? INSTRUCTION_NONE : flow->at[address - flow->address] - 1;
}

bool flow_mark(struct flow *flow, uint32_t instruction, enum mark mark)
{
        bool is_new = !(flow->marks.items[instruction] & MARK_LEADER);

        flow->marks.items[instruction] |= (uint8_t)(mark | MARK_LEADER);
        return is_new;
}

/* ---- What the code contains ---- */

static bool add_formed(struct flow *flow, const struct operand *operand)
{
        uint64_t *formed, number = (uint64_t)operand->number;

        if (!(operand->kind == OPERAND_MEMORY && operand->in_image) &&
                !(flow->gather->is_fixed &&
                        (operand->kind == OPERAND_NUMBER || operand->kind == OPERAND_MEMORY) &&
                        object_segment(flow->object, number)))
                return true;
        formed = vector_add(&flow->formed);
        if (formed)
                *formed = number;
        return formed;
}

/* Marks the targets of jumps and what follows those that end a block; the targets may add some. */
static void mark_leaders(struct flow *flow)
{
        for (size_t i = 0; i < flow->instructions.count && !flow->failed; i++) {
                const struct instruction *instruction = &flow->instructions.items[i];
                const struct operand *source = &instruction->sources[0];
                uint32_t target;

                if (instruction->operation == OPERATION_CALL && source->kind == OPERAND_ADDRESS &&
                        gather_never_returns(flow->gather, (uint64_t)source->number))
                        flow->marks.items[i] |= MARK_FINAL;
                else if (instruction->operation != OPERATION_BRANCH && !ends_flow(instruction))
                        continue;
                if (i + 1 < flow->instructions.count)
                        flow_mark(flow, (uint32_t)i + 1, MARK_LEADER);
                if (source->kind != OPERAND_ADDRESS || instruction->operation == OPERATION_CALL)
                        continue;
                target = flow_instruction_at(flow, (uint64_t)source->number);
                if (target != INSTRUCTION_NONE)
                        flow_mark(flow, target, MARK_LEADER);
        }
}

static void mark_middles(struct flow *flow)
{
        const struct gather *gather = flow->gather;
        uint32_t count = 0;

        for (uint32_t i = gather->first_middle[flow->number]; i != UINT32_MAX && !flow->failed;
                i = gather->middles.items[i].next) {
                uint32_t at = flow_instruction_at(flow, gather->middles.items[i].address);

                if (at != INSTRUCTION_NONE)
                        flow_mark(flow, at, MARK_ENTERED);
                if (++count >= MIDDLES_MAX)
                        flow->is_open = true;
        }
}

static bool make_room(struct flow *flow)
{
        size_t size = flow->end - flow->address;

        if (size > flow->at_capacity) {
                free(flow->at);
                flow->at = malloc(size * sizeof(*flow->at));
                flow->at_capacity = flow->at ? size : 0;
                if (!flow->at)
                        return false;
        }
        memset(flow->at, 0, size * sizeof(*flow->at));
        return true;
}

int flow_decode(struct flow *flow)
{
        flow->instructions.count = flow->marks.count = flow->formed.count = 0;
        flow->edges.count = 0;
        flow->undecoded = 0;
        flow->size = object_bytes(flow->object, flow->address, &flow->bytes);
        if (flow->size > flow->end - flow->address)
                flow->size = flow->end - flow->address;
        if (!make_room(flow))
                return -ENOMEM;
        for (uint64_t address = flow->address; address < flow->end;) {
                const struct instruction *instruction = decode_one(flow, address);

                if (!instruction || !add_formed(flow, &instruction->sources[0]) ||
                        !add_formed(flow, &instruction->sources[1]) ||
                        !add_formed(flow, &instruction->destination))
                        return -ENOMEM;
                address += instruction->length;
        }
        flow->formed_is_sorted = false;
        flow_mark(flow, 0, MARK_LEADER);
        mark_middles(flow);
        return flow->failed ? -ENOMEM : 0;
}

/* ---- Blocks ---- */

/* True where instruction `number` is followed by the next one. */
static bool has_next(const struct flow *flow, size_t number)
{
        const struct instruction *instruction = &flow->instructions.items[number];

        return number + 1 < flow->instructions.count &&
               instruction[1].address == instruction->address + instruction->length;
}

static int make_blocks(struct flow *flow)
{
        struct block *block = NULL;

        flow->blocks.count = 0;
        if (!vector_reserve(&flow->block_at, flow->instructions.capacity))
                return -ENOMEM;
        flow->block_at.count = flow->instructions.count;
        for (uint32_t i = 0; i < flow->instructions.count; i++) {
                if (!block || flow->marks.items[i] & MARK_LEADER || !has_next(flow, i - 1)) {
                        block = vector_add(&flow->blocks);
                        if (!block)
                                return -ENOMEM;
                        block->first = i;
                        block->successors[0] = block->successors[1] = BLOCK_NONE;
                        block->first_edge = EDGE_NONE;
                        block->is_entered = flow->marks.items[i] & MARK_ENTERED;
                }
                block->count++;
                flow->block_at.items[i] = (uint32_t)flow->blocks.count - 1;
        }
        return 0;
}

bool flow_is_padding(const struct flow *flow, const struct block *block)
{
        for (uint32_t i = 0; i < block->count; i++) {
                unsigned operation = flow->instructions.items[block->first + i].operation;

                if (operation != OPERATION_NOTHING && operation != OPERATION_STOP)
                        return false;
        }
        return true;
}

static void connect_blocks(struct flow *flow)
{
        struct block *block;

        vector_for_each(block, &flow->blocks) {
                uint32_t last = block->first + block->count - 1;
                const struct instruction *instruction = &flow->instructions.items[last];
                const struct operand *source = &instruction->sources[0];

                block->is_entered |= flow->is_open && !flow_is_padding(flow, block);
                if (!ends_flow(instruction) && !(flow->marks.items[last] & MARK_FINAL) &&
                        has_next(flow, last))
                        block->successors[0] = flow->block_at.items[last + 1];
                if ((instruction->operation == OPERATION_BRANCH ||
                            instruction->operation == OPERATION_JUMP) &&
                        source->kind == OPERAND_ADDRESS &&
                        flow_contains(flow, (uint64_t)source->number))
                        block->successors[1] =
                                flow->block_at
                                        .items[flow->at[(uint64_t)source->number - flow->address] -
                                                1];
        }
        for (uint32_t i = 0; i < flow->edges.count; i++) {
                struct edge *edge = &flow->edges.items[i];

                block = &flow->blocks.items[flow->block_at.items[edge->from]];
                edge->next = block->first_edge;
                block->first_edge = i;
        }
}

/* ---- The order of blocks ---- */

/* Where the search stands in a block: which of its successors comes next. */
struct visit {
        uint32_t block, edge;
        uint8_t successor;
};

struct search {
        VECTOR(struct visit) stack;
};

static uint32_t next_successor(const struct flow *flow, struct visit *visit)
{
        const struct block *block = &flow->blocks.items[visit->block];

        while (visit->successor < 2) {
                uint32_t successor = block->successors[visit->successor++];

                if (successor != BLOCK_NONE)
                        return successor;
        }
        if (visit->successor == 2) {
                visit->successor = 3;
                visit->edge = block->first_edge;
        }
        if (visit->edge != EDGE_NONE) {
                const struct edge *edge = &flow->edges.items[visit->edge];

                visit->edge = edge->next;
                return flow->block_at.items[edge->to];
        }
        return BLOCK_NONE;
}

/* Appends what can be reached from a block, in postorder. `seen` is by block. */
static int search_from(struct flow *flow, struct search *search, uint32_t *seen, uint32_t begin)
{
        struct visit *visit;
        uint32_t *ordered;

        if (seen[begin])
                return 0;
        seen[begin] = 1;
        visit = vector_add(&search->stack);
        if (!visit)
                return -ENOMEM;
        *visit = (struct visit){.block = begin, .edge = EDGE_NONE};
        while (search->stack.count > 0) {
                uint32_t successor;

                visit = &search->stack.items[search->stack.count - 1];
                successor = next_successor(flow, visit);
                if (successor == BLOCK_NONE) {
                        ordered = vector_add(&flow->order);
                        if (!ordered)
                                return -ENOMEM;
                        *ordered = visit->block;
                        search->stack.count--;
                } else if (!seen[successor]) {
                        seen[successor] = 1;
                        visit = vector_add(&search->stack);
                        if (!visit)
                                return -ENOMEM;
                        *visit = (struct visit){.block = successor, .edge = EDGE_NONE};
                }
        }
        return 0;
}

static int search_blocks(struct flow *flow, struct search *search, uint32_t *seen)
{
        int r = search_from(flow, search, seen, 0);

        for (uint32_t i = 0; r == 0 && i < flow->blocks.count; i++)
                if (flow->blocks.items[i].is_entered)
                        r = search_from(flow, search, seen, i);

        /* Exceptions land in blocks to which nothing else leads. Those of them that lead to others
         * come first more often than not. Tables, too, may lead to some of the rest. */
        for (uint32_t i = 0; r == 0 && i < flow->blocks.count; i++)
                if (!seen[i]) {
                        flow->blocks.items[i].is_entered |=
                                flow->has_landing_pads &&
                                !flow_is_padding(flow, &flow->blocks.items[i]);
                        r = search_from(flow, search, seen, i);
                }
        return r;
}

static int order_blocks(struct flow *flow)
{
        CLEANUP_FREE uint32_t *seen = calloc(flow->blocks.count + 1, sizeof(*seen));
        struct search search = {};
        int r;

        flow->order.count = 0;
        r = seen ? search_blocks(flow, &search, seen) : -ENOMEM;
        vector_clear(&search.stack);
        if (r < 0)
                return r;
        for (size_t i = 0, j = flow->order.count; i + 1 < j; i++) {
                uint32_t swapped = flow->order.items[--j];

                flow->order.items[j] = flow->order.items[i];
                flow->order.items[i] = swapped;
        }
        return 0;
}

/* ---- Which registers matter ---- */

/* Going backwards over an instruction: what matters behind it without `set` matters before it, and
 * so does `needed`. */
struct passage {
        uint32_t set, needed;
};

static struct passage pass_system_call(
        const struct flow *flow, const struct instruction *instruction)
{
        const struct entry_convention *convention =
                machine_entry(flow->machine, instruction->entry);
        struct passage passage = {.set = UINT32_C(1) << flow->machine->return_registers[0]};

        if (!convention)
                return (struct passage){~UINT32_C(0), flow->all};
        passage.needed = UINT32_C(1) << convention->call_number;
        for (unsigned i = 0; i < 6; i++)
                if (convention->call_arguments[i] < REGISTERS_MAX)
                        passage.needed |= UINT32_C(1) << convention->call_arguments[i];
        return passage;
}

static struct passage pass(const struct flow *flow, uint32_t number)
{
        const struct instruction *instruction = &flow->instructions.items[number];
        const struct operand *destination = &instruction->destination;
        struct passage passage = {.needed = instruction->read};
        bool is_inside = flow_contains(flow, (uint64_t)instruction->sources[0].number);

        switch (instruction->operation) {
        case OPERATION_CALL:
                return (struct passage){
                        flow->returned, (flow->all & ~flow->kept) | instruction->read};
        case OPERATION_JUMP:
                if (flow->marks.items[number] & MARK_RESOLVED)
                        return passage;
                return instruction->sources[0].kind == OPERAND_ADDRESS && is_inside
                               ? (struct passage){}
                               : (struct passage){~UINT32_C(0), flow->all};
        case OPERATION_BRANCH:
                return is_inside ? passage : (struct passage){~UINT32_C(0), flow->all};
        case OPERATION_RETURN:
                return (struct passage){~UINT32_C(0), flow->returned};
        case OPERATION_STOP:
                return (struct passage){~UINT32_C(0), 0};
        case OPERATION_SYSTEM_CALL:
                return pass_system_call(flow, instruction);
        default:
                if (destination->kind == OPERAND_REGISTER && destination->size >= 4 &&
                        !instruction->conditional)
                        passage.set = UINT32_C(1) << destination->reg;
                return passage;
        }
}

static uint32_t live_before(struct passage passage, uint32_t live)
{
        return (live & ~passage.set) | passage.needed;
}

static uint32_t live_behind(const struct flow *flow, const struct block *block)
{
        const uint32_t last = block->first + block->count - 1;
        uint32_t live = 0;

        for (unsigned i = 0; i < 2; i++)
                if (block->successors[i] != BLOCK_NONE)
                        live |= flow->blocks.items[block->successors[i]].live;
        for (uint32_t i = block->first_edge; i != EDGE_NONE; i = flow->edges.items[i].next)
                live |= flow->blocks.items[flow->block_at.items[flow->edges.items[i].to]].live;
        /* It runs on into what comes behind the function. */
        if (!ends_flow(&flow->instructions.items[last]) && !has_next(flow, last))
                live = flow->all;
        return live;
}

/* What matters before a block is `needed`, and of what matters behind it all that `passed` has. */
static void summarise_block(const struct flow *flow, struct block *block)
{
        uint32_t needed = 0, passed = ~UINT32_C(0);

        for (uint32_t i = block->count; i-- > 0;) {
                struct passage passage = pass(flow, block->first + i);

                needed = live_before(passage, needed);
                passed = live_before(passage, passed);
        }
        block->live = block->needed = needed;
        block->passed = passed;
}

static void find_live(struct flow *flow)
{
        struct block *block;
        bool changed = true;

        vector_for_each(block, &flow->blocks)
                summarise_block(flow, block);
        while (changed) {
                changed = false;
                for (size_t i = flow->order.count; i-- > 0;) {
                        uint32_t live;

                        block = &flow->blocks.items[flow->order.items[i]];
                        live = block->needed | (live_behind(flow, block) & block->passed);
                        if (live != block->live) {
                                block->live = live;
                                changed = true;
                        }
                }
        }
        flow->caught = 0;
        if (flow->has_landing_pads)
                for (size_t i = 0; i < flow->blocks.count; i++)
                        if (flow->blocks.items[i].is_entered)
                                flow->caught |= flow->blocks.items[i].live;
}

void flow_find_live(const struct flow *flow, const struct block *block, uint32_t *ret)
{
        uint32_t live = live_behind(flow, block);

        for (uint32_t i = block->count; i-- > 0;) {
                ret[i] = live;
                live = live_before(pass(flow, block->first + i), live);
        }
}

int flow_divide(struct flow *flow)
{
        int r;

        mark_leaders(flow);
        r = flow->failed ? -ENOMEM : make_blocks(flow);
        if (r < 0)
                return r;
        connect_blocks(flow);
        r = order_blocks(flow);
        if (r < 0)
                return r;
        find_live(flow);
        return 0;
}
