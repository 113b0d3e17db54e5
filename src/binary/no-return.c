/* SPDX-License-Identifier: BSD-3-Clause */
#include "binary/gather.h"

/*
 * Compilers know functions that do not return, and put other code right behind a call of one, where
 * registers hold what that other code's own ways bring along. So it matters not to go on there.
 *
 * A function does not return if it has no instruction that does, and leaves by no jump but to
 * functions which do not either. Only small ones are looked at: those that end programs are.
 */
#define SIZE_MAX_EXAMINED 1024u
#define DEPTH_MAX         8

enum answer {
        ANSWER_NONE, /* not asked yet */
        ANSWER_MAY,
        ANSWER_NEVER,
};

static bool never_returns(struct gather *gather, uint64_t address, unsigned depth);

/* True where control may leave `function` by this instruction, to come back to its caller. */
static bool may_leave(struct gather *gather, const struct function *function,
        const struct instruction *instruction, unsigned depth)
{
        const struct operand *target = &instruction->sources[0];

        switch (instruction->operation) {
        case OPERATION_RETURN:
                return true;
        case OPERATION_JUMP:
        case OPERATION_BRANCH:
                if (target->kind != OPERAND_ADDRESS)
                        return true;
                return (uint64_t)target->number - function->address >= function->size &&
                       !never_returns(gather, (uint64_t)target->number, depth + 1);
        default:
                return false;
        }
}

/* True where nothing follows an instruction. */
static bool is_last(struct gather *gather, const struct instruction *instruction, unsigned depth)
{
        const struct operand *target = &instruction->sources[0];

        if (instruction->operation == OPERATION_CALL)
                return target->kind == OPERAND_ADDRESS &&
                       never_returns(gather, (uint64_t)target->number, depth + 1);
        return instruction->operation == OPERATION_JUMP || instruction->operation == OPERATION_STOP;
}

static bool examine(struct gather *gather, const struct function *function, unsigned depth)
{
        const uint8_t *bytes;
        size_t size = object_bytes(gather->object, function->address, &bytes), at = 0;
        bool ended = false;

        if (function->size > SIZE_MAX_EXAMINED || size < function->size ||
                function->falls_through || depth > DEPTH_MAX)
                return false;
        while (at < function->size) {
                struct instruction instruction = {};
                unsigned length = gather->machine->decode(gather->decoder, bytes + at,
                        function->size - at, function->address + at, &instruction);

                if (length == 0 || may_leave(gather, function, &instruction, depth))
                        return false;
                if (instruction.operation != OPERATION_NOTHING)
                        ended = is_last(gather, &instruction, depth);
                at += length;
        }
        return ended;
}

static bool never_returns(struct gather *gather, uint64_t address, unsigned depth)
{
        size_t number = gather_function_at(gather, address);
        const struct function *function;

        if (number == SIZE_MAX)
                return false;
        function = &gather->functions.items.items[number];
        if (function->address != address)
                return false;
        if (gather->answers[number] == ANSWER_NONE) {
                /* Those that call each other do return, as far as is known here. */
                gather->answers[number] = ANSWER_MAY;
                if (examine(gather, function, depth))
                        gather->answers[number] = ANSWER_NEVER;
        }
        return gather->answers[number] == ANSWER_NEVER;
}

bool gather_never_returns(struct gather *gather, uint64_t address)
{
        return never_returns(gather, address, 0);
}
