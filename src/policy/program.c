/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy/program.h"

#include <errno.h>
#include <stdlib.h>

static label program_emit(struct program *program, struct sock_filter instruction)
{
        if (program->count == BPF_MAXINSNS) {
                program->overflow = true;
                return 0;
        }
        program->reversed[program->count] = instruction;
        return program->count++;
}

/* Instructions that would be skipped by a jump to `target` from the one written next. */
static size_t program_distance(const struct program *program, label target)
{
        return program->count - target - 1;
}

static label program_goto(struct program *program, label target)
{
        size_t distance = program_distance(program, target);

        return program_emit(program, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, distance));
}

/* `target`, or a jump to it where it lies more than 255 - `reserve` instructions away. */
static label program_reach(struct program *program, label target, size_t reserve)
{
        if (program_distance(program, target) + reserve <= UINT8_MAX)
                return target;
        return program_goto(program, target);
}

label program_return(struct program *program, uint32_t value)
{
        return program_emit(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, value));
}

/* An instruction that `next` follows. */
static label program_step(struct program *program, uint16_t code, uint32_t operand, label next)
{
        if (program_distance(program, next) > 0)
                program_goto(program, next);
        return program_emit(program, (struct sock_filter)BPF_STMT(code, operand));
}

label program_load_word(struct program *program, uint32_t offset, label next)
{
        return program_step(program, BPF_LD | BPF_W | BPF_ABS, offset, next);
}

label program_and(struct program *program, uint32_t mask, label next)
{
        return program_step(program, BPF_ALU | BPF_AND | BPF_K, mask, next);
}

label program_branch(struct program *program, uint16_t test, uint32_t value, label yes, label no)
{
        /* Leading `yes` over a jump would move `no` one instruction away. */
        no = program_reach(program, no, 1);
        yes = program_reach(program, yes, 0);
        return program_emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | test | BPF_K, value,
                                             (uint8_t)program_distance(program, yes),
                                             (uint8_t)program_distance(program, no)));
}

int program_finish(
        const struct program *program, struct sock_filter **ret, unsigned short *ret_count)
{
        struct sock_filter *instructions;

        if (program->overflow)
                return -E2BIG;
        instructions = calloc(program->count, sizeof(*instructions));
        if (!instructions)
                return -ENOMEM;
        for (size_t i = 0; i < program->count; i++)
                instructions[i] = program->reversed[program->count - 1 - i];
        *ret = instructions;
        *ret_count = (unsigned short)program->count;
        return 0;
}
