/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Instructions as text, for the rows of test-machine.c. */

#include <inttypes.h>
#include <stdio.h>

#include "binary/instruction.h"

static const char *const register_names[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
        "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"};

static const char *const operation_names[] = {
        [OPERATION_OTHER] = "other",
        [OPERATION_NOTHING] = "nothing",
        [OPERATION_MOVE] = "move",
        [OPERATION_ADDRESS] = "address",
        [OPERATION_ADD] = "add",
        [OPERATION_SUBTRACT] = "subtract",
        [OPERATION_AND] = "and",
        [OPERATION_OR] = "or",
        [OPERATION_XOR] = "xor",
        [OPERATION_SHIFT_LEFT] = "shift-left",
        [OPERATION_SHIFT_RIGHT] = "shift-right",
        [OPERATION_MULTIPLY] = "multiply",
        [OPERATION_SELECT] = "select",
        [OPERATION_COMPARE] = "compare",
        [OPERATION_CALL] = "call",
        [OPERATION_JUMP] = "jump",
        [OPERATION_BRANCH] = "branch",
        [OPERATION_RETURN] = "return",
        [OPERATION_STOP] = "stop",
        [OPERATION_SYSTEM_CALL] = "system-call",
};

static void format_memory(FILE *stream, const struct operand *operand)
{
        const char *sign = operand->number < 0 ? "-" : "+";
        uint64_t distance = operand->number < 0 ? -(uint64_t)operand->number : operand->number;

        fprintf(stream, "%s%s[", operand->thread_local_ ? "thread" : "",
                operand->in_image ? "image" : "");
        if (operand->base != REGISTER_NONE)
                fprintf(stream, "%s", register_names[operand->base]);
        if (operand->index != REGISTER_NONE)
                fprintf(stream, "+%s*%u", register_names[operand->index], operand->scale);
        if (operand->number != 0)
                fprintf(stream, "%s%#" PRIx64, sign, distance);
        fprintf(stream, "]");
}

/* " rax:8", " 5:4", " [rsp+0x10]:8", " @0x1234" */
static void format_operand(FILE *stream, const struct operand *operand)
{
        switch (operand->kind) {
        case OPERAND_NONE:
                return;
        case OPERAND_REGISTER:
                fprintf(stream, " %s", register_names[operand->reg]);
                break;
        case OPERAND_NUMBER:
                fprintf(stream, " %" PRId64, operand->number);
                break;
        case OPERAND_ADDRESS:
                fprintf(stream, " @%#" PRIx64, (uint64_t)operand->number);
                return;
        case OPERAND_MEMORY:
                fprintf(stream, " ");
                format_memory(stream, operand);
                break;
        }
        if (operand->size == OPERAND_SIZE_MANY)
                fprintf(stream, ":many");
        else
                fprintf(stream, ":%u", operand->size);
}

static void format_mask(FILE *stream, const char *name, uint32_t mask)
{
        const char *separator = "";

        if (mask == 0)
                return;
        fprintf(stream, " %s=", name);
        for (unsigned i = 0; i < 16; i++) {
                if (!(mask >> i & 1))
                        continue;
                fprintf(stream, "%s%s", separator, register_names[i]);
                separator = ",";
        }
}

/*
 * OPERATION[/sign][/maybe] [DESTINATION =] SOURCES [adjust=N] [entry=N] [read=…] [addressing=…]
 * [written=…]
 */
static void format_instruction(FILE *stream, const struct instruction *instruction)
{
        fprintf(stream, "%s%s%s", operation_names[instruction->operation],
                instruction->sign_extended ? "/sign" : "",
                instruction->conditional ? "/maybe" : "");
        format_operand(stream, &instruction->destination);
        if (instruction->destination.kind != OPERAND_NONE)
                fprintf(stream, " =");
        format_operand(stream, &instruction->sources[0]);
        format_operand(stream, &instruction->sources[1]);
        if (instruction->adjust != 0)
                fprintf(stream, " adjust=%d", instruction->adjust);
        if (instruction->entry != 0)
                fprintf(stream, " entry=%u", instruction->entry);
        format_mask(stream, "read", instruction->read);
        format_mask(stream, "addressing", instruction->addressing);
        format_mask(stream, "written", instruction->written);
}
