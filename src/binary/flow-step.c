/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "binary/flow.h"

static struct content *stack_pointer(struct flow *flow)
{
        return &flow->state.registers[flow->machine->stack_pointer];
}

/* ---- Operands ---- */

static struct content read_operand(struct flow *flow, const struct operand *operand)
{
        struct location location;

        switch (operand->kind) {
        case OPERAND_REGISTER:
                return content_extend(
                        &flow->arena, &flow->state.registers[operand->reg], operand->size, false);
        case OPERAND_NUMBER:
                return content_number(operand->number);
        case OPERAND_ADDRESS:
                return content_address((uint64_t)operand->number);
        case OPERAND_MEMORY:
                location = flow_location(flow, operand);
                if (operand->thread_local_)
                        return CONTENT_NOTHING;
                return flow_load(flow, &location, operand->size);
        default:
                return CONTENT_NOTHING;
        }
}

static void write_register(
        struct flow *flow, const struct operand *operand, const struct content *content)
{
        struct content *held = &flow->state.registers[operand->reg];

        if (operand->size >= 4)
                *held = content_extend(&flow->arena, content, operand->size, false);
        else
                *held = content_replace(&flow->arena, held, content, operand->size);
}

static void write_operand(
        struct flow *flow, const struct operand *operand, const struct content *content)
{
        struct location location;
        struct content stored;

        switch (operand->kind) {
        case OPERAND_REGISTER:
                write_register(flow, operand, content);
                break;
        case OPERAND_MEMORY:
                stored = operand->size < 8
                                 ? content_extend(&flow->arena, content, operand->size, false)
                                 : *content;
                if (operand->thread_local_) {
                        flow_depart(flow, &stored, DEPARTURE_HANDED);
                        break;
                }
                location = flow_location(flow, operand);
                flow_store(flow, &location, operand->size, &stored);
                break;
        default:
                break;
        }
}

/* A table's entry is a number when something else is done with it than to jump there. */
static struct content as_numbers(struct flow *flow, const struct content *content)
{
        struct content numbers;

        if (content->kind != CONTENT_TABLE)
                return *content;
        numbers = table_numbers(flow, content);
        return numbers.kind == CONTENT_NUMBERS ? numbers : *content;
}

/* ---- Operations ---- */

static void step_move(struct flow *flow, const struct instruction *instruction)
{
        const struct operand *source = &instruction->sources[0];
        struct content content = read_operand(flow, source);

        if (instruction->sign_extended)
                content = content_extend(&flow->arena, &content, source->size, true);
        else if (source->size < instruction->destination.size)
                content = content_extend(&flow->arena, &content, source->size, false);
        if (instruction->adjust < 0)
                *stack_pointer(flow) =
                        content_behind(&flow->arena, stack_pointer(flow), instruction->adjust);
        write_operand(flow, &instruction->destination, &content);
        if (instruction->adjust > 0)
                *stack_pointer(flow) =
                        content_behind(&flow->arena, stack_pointer(flow), instruction->adjust);
}

static void step_address(struct flow *flow, const struct instruction *instruction)
{
        const struct operand *source = &instruction->sources[0];
        struct location location = flow_location(flow, source);
        struct content content = location.content;

        switch (content.kind) {
        case CONTENT_FIELD:
        case CONTENT_GLOBAL_FIELD:
                /* Just the address of the field. */
                content = source->number == 0 && location.is_exact && source->base != REGISTER_NONE
                                  ? flow->state.registers[source->base]
                                  : CONTENT_NOTHING;
                break;
        default:
                break;
        }
        if (!location.is_exact) {
                flow_depart(flow, &content, DEPARTURE_INDEXED);
                /* Somewhere in the frame: the index may be negative. */
                if (content.kind == CONTENT_FRAME)
                        flow->state.escaped_from = INT64_MIN;
                content = CONTENT_NOTHING;
        }
        write_operand(flow, &instruction->destination, &content);
}

static bool is_address(const struct content *content)
{
        return content->kind != CONTENT_UNKNOWN && content->kind != CONTENT_NUMBERS;
}

/* What was not followed into the result departs. Masks and factors are no addresses, and a
 * difference of addresses leads nowhere. */
static void depart_operands(struct flow *flow, const struct instruction *instruction,
        const struct content *a, const struct content *b)
{
        bool is_sum = instruction->operation == OPERATION_ADD;
        bool is_stack = instruction->destination.kind == OPERAND_REGISTER &&
                        instruction->destination.reg == flow->machine->stack_pointer;

        if (is_stack)
                return;
        if (is_sum || is_address(a))
                flow_depart(flow, a, DEPARTURE_INDEXED);
        if (is_sum || (is_address(b) && instruction->operation != OPERATION_SUBTRACT))
                flow_depart(flow, b, DEPARTURE_INDEXED);
        if (a->kind == CONTENT_FRAME || b->kind == CONTENT_FRAME)
                flow->state.escaped_from = INT64_MIN;
}

static void step_operate(struct flow *flow, const struct instruction *instruction)
{
        struct content a = read_operand(flow, &instruction->sources[0]);
        struct content b = read_operand(flow, &instruction->sources[1]);
        unsigned size = instruction->destination.size;
        struct content result =
                content_operate(&flow->arena, instruction->operation, &a, &b, size > 8 ? 8 : size);

        if (result.kind == CONTENT_UNKNOWN) {
                struct content a_numbers = as_numbers(flow, &a), b_numbers = as_numbers(flow, &b);

                result = content_operate(&flow->arena, instruction->operation, &a_numbers,
                        &b_numbers, size > 8 ? 8 : size);
        }
        if (result.kind == CONTENT_UNKNOWN)
                depart_operands(flow, instruction, &a, &b);
        write_operand(flow, &instruction->destination, &result);
}

static void step_select(struct flow *flow, const struct instruction *instruction)
{
        struct content a = read_operand(flow, &instruction->sources[0]);
        struct content b = read_operand(flow, &instruction->sources[1]);
        struct content joined;

        joined = content_join(&flow->arena, &a, &b, false);
        if (joined.kind == CONTENT_UNKNOWN) {
                struct content a_numbers = as_numbers(flow, &a), b_numbers = as_numbers(flow, &b);

                joined = content_join(&flow->arena, &a_numbers, &b_numbers, false);
        }
        if (joined.kind == CONTENT_UNKNOWN) {
                flow_depart(flow, &a, DEPARTURE_HANDED);
                flow_depart(flow, &b, DEPARTURE_HANDED);
        }
        write_operand(flow, &instruction->destination, &joined);
}

/* Reads without following: comparisons, and operands of what has no word. */
static void step_compare(struct flow *flow, const struct instruction *instruction)
{
        for (unsigned i = 0; i < 2; i++)
                if (instruction->sources[i].kind == OPERAND_MEMORY)
                        read_operand(flow, &instruction->sources[i]);
}

static void step_other(struct flow *flow, const struct instruction *instruction)
{
        uint32_t values = instruction->read & ~instruction->addressing & flow->all;
        bool of_frame = false;

        for (unsigned i = 0; i < 2; i++) {
                struct content content;

                if (instruction->sources[i].kind != OPERAND_MEMORY)
                        continue;
                content = read_operand(flow, &instruction->sources[i]);
                flow_depart(flow, &content, DEPARTURE_HANDED);
        }
        for_each_register(i, values)
        {
                of_frame |= flow->state.registers[i].kind == CONTENT_FRAME;
                flow_depart(flow, &flow->state.registers[i], DEPARTURE_HANDED);
        }
        /* It may have written through such a pointer. */
        if (of_frame && instruction->destination.kind == OPERAND_MEMORY)
                frame_forget_escaped(flow);
        if (instruction->destination.kind == OPERAND_MEMORY)
                write_operand(flow, &instruction->destination, &CONTENT_NOTHING);
        if (instruction->conditional)
                for_each_register(i, instruction->written & flow->all)
                        flow_depart(flow, &flow->state.registers[i], DEPARTURE_LOST);
        if (instruction->adjust)
                *stack_pointer(flow) =
                        content_behind(&flow->arena, stack_pointer(flow), instruction->adjust);
}

/* ---- Ways out ---- */

static bool returns_twice(struct flow *flow, const struct content *target)
{
        size_t function;

        if (target->kind == CONTENT_IMPORT)
                return gather_import_returns_twice(flow->gather, (uint32_t)target->first);
        if (target->kind != CONTENT_ADDRESSES || target->count != 1)
                return false;
        function = gather_function_at(flow->gather, (uint64_t)target->first);
        return function != SIZE_MAX && gather_returns_twice(flow->gather, (uint32_t)function);
}

static void forget_registers(struct flow *flow, uint32_t registers)
{
        for_each_register(i, registers) flow->state.registers[i] = CONTENT_NOTHING;
}

/* Words below the stack pointer are the callee's. */
static void drop_below(struct flow *flow)
{
        const struct content *stack = stack_pointer(flow);
        struct state *state = &flow->state;
        uint32_t dropped = 0;

        if (stack->kind != CONTENT_FRAME)
                return;
        while (dropped < state->slot_count && state->slots[dropped].offset < stack->first)
                dropped++;
        memmove(state->slots, state->slots + dropped,
                (state->slot_count - dropped) * sizeof(*state->slots));
        state->slot_count -= dropped;
}

static uint32_t live_behind(const struct flow *flow)
{
        const struct block *block;

        if (!flow->telling)
                return flow->all;
        block = &flow->blocks.items[flow->block_at.items[flow->here]];
        return flow->live.items[flow->here - block->first];
}

/* The registers that tell whom to call: nobody hands over anything in them, too. */
static uint32_t target_registers(const struct operand *operand)
{
        if (operand->kind == OPERAND_REGISTER)
                return UINT32_C(1) << operand->reg;
        if (operand->kind == OPERAND_MEMORY && operand->base != REGISTER_NONE &&
                operand->index != REGISTER_NONE)
                return UINT32_C(1) << operand->base;
        return 0;
}

static void step_call(struct flow *flow, const struct instruction *instruction)
{
        struct content target = read_operand(flow, &instruction->sources[0]);

        flow_call(flow, &target, false, ~target_registers(&instruction->sources[0]),
                live_behind(flow));
        if (returns_twice(flow, &target)) {
                for_each_register(i, flow->kept & flow->all)
                        flow_depart(flow, &flow->state.registers[i], DEPARTURE_LOST);
                forget_registers(flow, flow->all);
                frame_forget(flow);
        }
        forget_registers(flow, flow->all & ~flow->kept);
        drop_below(flow);
        frame_forget_escaped(flow);
}

/* An indirect jump, by what these registers hold. */
static void step_jump(struct flow *flow, const struct content *target, uint32_t registers)
{
        const struct content *stack = stack_pointer(flow);

        if (target->kind == CONTENT_TABLE || target->kind == CONTENT_TARGET) {
                if (table_follow(flow, target))
                        return;
                flow->marks.items[flow->here] |= MARK_OPEN;
        } else if (target->kind == CONTENT_ADDRESSES) {
                for (uint32_t i = 0; i < target->count; i++)
                        if (flow_contains(flow, (uint64_t)content_members(target)[i]))
                                flow->marks.items[flow->here] |= MARK_OPEN;
        } else if (target->kind != CONTENT_IMPORT) {
                flow->has_unknown_jump = true;
                if (stack->kind != CONTENT_FRAME || stack->first != 0)
                        flow->marks.items[flow->here] |= MARK_OPEN;
        }
        flow_call(flow, target, true, ~registers, flow->all);
}

static void step_direct(struct flow *flow, const struct operand *operand)
{
        struct content target = content_address((uint64_t)operand->number);

        if (!flow_contains(flow, (uint64_t)operand->number))
                flow_call(flow, &target, true, flow->all, flow->all);
}

static void step_return(struct flow *flow)
{
        const struct content *stack = stack_pointer(flow);
        struct content target;

        for_each_register(i, flow->returned)
                flow_depart(flow, &flow->state.registers[i], DEPARTURE_HANDED);
        /* To what was pushed instead of the caller's address. */
        if (stack->kind != CONTENT_FRAME || stack->first >= 0)
                return;
        target = frame_load(flow, stack->first, flow->machine->pointer_size);
        if (target.kind == CONTENT_ADDRESSES || target.kind == CONTENT_IMPORT)
                step_jump(flow, &target, 0);
}

/* Code that runs on behind the function's last instruction, or that of a piece of it. */
static void step_out(struct flow *flow, const struct instruction *instruction)
{
        const struct functions *functions = &flow->gather->functions;
        uint64_t next = flow->end;
        struct content target;

        if (gather_function_at(flow->gather, next) == SIZE_MAX) {
                if (!flow->falls_through || flow->number + 1 >= functions->items.count)
                        return;
                next = functions->items.items[flow->number + 1].address;
        } else if (instruction->operation == OPERATION_CALL && !flow->falls_through) {
                return;
        }
        target = content_address(next);
        flow_call(flow, &target, true, flow->all, flow->all);
}

static void step_operation(struct flow *flow, const struct instruction *instruction)
{
        struct content target;

        switch (instruction->operation) {
        case OPERATION_NOTHING:
        case OPERATION_STOP:
                break;
        case OPERATION_MOVE:
                step_move(flow, instruction);
                break;
        case OPERATION_ADDRESS:
                step_address(flow, instruction);
                break;
        case OPERATION_ADD:
        case OPERATION_SUBTRACT:
        case OPERATION_AND:
        case OPERATION_OR:
        case OPERATION_XOR:
        case OPERATION_SHIFT_LEFT:
        case OPERATION_SHIFT_RIGHT:
        case OPERATION_MULTIPLY:
                step_operate(flow, instruction);
                break;
        case OPERATION_SELECT:
                step_select(flow, instruction);
                break;
        case OPERATION_COMPARE:
                step_compare(flow, instruction);
                break;
        case OPERATION_CALL:
                step_call(flow, instruction);
                break;
        case OPERATION_JUMP:
                if (instruction->sources[0].kind == OPERAND_ADDRESS) {
                        step_direct(flow, &instruction->sources[0]);
                        break;
                }
                target = read_operand(flow, &instruction->sources[0]);
                step_jump(flow, &target, target_registers(&instruction->sources[0]));
                break;
        case OPERATION_BRANCH:
                step_direct(flow, &instruction->sources[0]);
                break;
        case OPERATION_RETURN:
                step_return(flow);
                break;
        case OPERATION_SYSTEM_CALL:
                flow_system_call(flow, instruction);
                break;
        default:
                step_other(flow, instruction);
                break;
        }
}

/* The registers that an instruction changes beside its destination. */
static uint32_t side_effects(const struct flow *flow, const struct instruction *instruction)
{
        uint32_t written = instruction->written;

        if (instruction->operation == OPERATION_CALL)
                return 0;
        if (instruction->operation != OPERATION_OTHER &&
                instruction->destination.kind == OPERAND_REGISTER)
                written &= ~(UINT32_C(1) << instruction->destination.reg);
        if (instruction->adjust)
                written &= ~(UINT32_C(1) << flow->machine->stack_pointer);
        return written;
}

void flow_step(struct flow *flow)
{
        const struct instruction *instruction = &flow->instructions.items[flow->here];
        bool is_last = flow->here + 1 >= flow->instructions.count ||
                       instruction[1].address != instruction->address + instruction->length;
        uint32_t written = side_effects(flow, instruction);

        step_operation(flow, instruction);
        forget_registers(flow, written);
        if (is_last && instruction->length > 0 && instruction->operation != OPERATION_JUMP &&
                instruction->operation != OPERATION_RETURN &&
                instruction->operation != OPERATION_STOP)
                step_out(flow, instruction);
}
