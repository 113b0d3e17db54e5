/* SPDX-License-Identifier: BSD-3-Clause */

/* x86-64: its conventions, and its decoder, which is Zydis and what translation-x86-64.h makes of
 * its answers. */

#include <Zydis/Zydis.h>
#include <stdlib.h>
#include <string.h>

#include "binary/machine-x86-64.h"
#include "binary/recall-x86-64.h"
#include "binary/translation-x86-64.h"
#include "binary/vector-x86-64.h"

#define INSTRUCTION_SIZE_MAX 15

struct decoder {
        ZydisDecoder zydis;
        struct recall recall;
};

static struct decoder *decoder_new(void)
{
        CLEANUP_FREE struct decoder *decoder = calloc(1, sizeof(*decoder));

        if (!decoder || ZYAN_FAILED(ZydisDecoderInit(
                                &decoder->zydis, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64)))
                return NULL;
        return steal_pointer(decoder);
}

static struct decoder *decoder_free(struct decoder *decoder)
{
        free(decoder);
        return NULL;
}

/* Decodes the operands and translates. Returns false for what Zydis refuses then. */
static bool translate(struct translation *translation)
{
        const struct translation_row *row = &translation_rows[translation->raw.mnemonic];

        translation->operand_count = 0;
        if (row->translate && !row->no_operands) {
                if (!decode_operands(translation, translation->raw.operand_count_visible))
                        return false;
                note_registers(translation);
        }
        if (!row->translate || !row->translate(translation, row->operation))
                translate_other(translation);
        return true;
}

static unsigned decode(struct decoder *decoder, const uint8_t *bytes, size_t size, uint64_t address,
        struct instruction *ret)
{
        struct instruction instruction = {.address = address};
        size_t most = size < INSTRUCTION_SIZE_MAX ? size : INSTRUCTION_SIZE_MAX;
        struct translation translation;

        if (size == 0)
                return 0;
        if (recall_find(&decoder->recall, bytes, size, address, ret))
                return ret->length;
        translation.decoder = &decoder->zydis;
        translation.ret = &instruction;
        if (ZYAN_FAILED(ZydisDecoderDecodeInstruction(
                    &decoder->zydis, &translation.context, bytes, most, &translation.raw)))
                return vector_decode(bytes, most, address, ret);
        instruction.length = translation.raw.length;
        if (!translate(&translation))
                return 0;
        recall_keep(&decoder->recall, bytes, size, &translation);
        *ret = instruction;
        return instruction.length;
}

static const struct entry_convention entry_syscall = {
        .abi = ABI_X86_64,
        .call_number = RAX,
        .call_arguments = {RDI, RSI, RDX, R10, R8, R9},
        .changed = BIT(RAX) | BIT(RCX) | BIT(R11),
};

/* Kernels before 4.17 zero r8 to r11. */
static const struct entry_convention entry_int80 = {
        .abi = ABI_I386,
        .call_number = RAX,
        .call_arguments = {RBX, RCX, RDX, RSI, RDI, RBP},
        .changed = BIT(RAX) | BIT(R8) | BIT(R9) | BIT(R10) | BIT(R11),
};

/* The sixth argument is on the stack, where ebp points to. It comes back somewhere in the vDSO,
 * with these changed. */
static const struct entry_convention entry_sysenter = {
        .abi = ABI_I386,
        .call_number = RAX,
        .call_arguments = {RBX, RCX, RDX, RSI, RDI, REGISTER_NONE},
        .changed = BIT(RAX) | BIT(RCX) | BIT(RDX) | BIT(RBP),
};

const struct machine machine_x86_64 = {
        .abi = ABI_X86_64,
        .pointer_size = 8,
        .instruction_align = 1,
        .register_count = REGISTER_COUNT,
        .stack_pointer = RSP,
        .return_registers = {RAX, RDX},
        .arguments = {RDI, RSI, RDX, RCX, R8, R9, REGISTER_NONE, REGISTER_NONE},
        .kept_by_calls = BIT(RBX) | BIT(RSP) | BIT(RBP) | BIT(R12) | BIT(R13) | BIT(R14) | BIT(R15),
        .entries =
                {
                        [KERNEL_ENTRY_SYSCALL] = &entry_syscall,
                        [KERNEL_ENTRY_INT80] = &entry_int80,
                        [KERNEL_ENTRY_SYSENTER] = &entry_sysenter,
                },
        .decoder_new = decoder_new,
        .decoder_free = decoder_free,
        .decode = decode,
};
