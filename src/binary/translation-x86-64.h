/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * x86-64: from what Zydis decodes to the words of binary/instruction.h.
 *
 * Each mnemonic that has such a word has a row in translation_rows: who translates it, to which
 * operation. All others, and forms that a translator refuses (operands that are segment registers,
 * ah…bh), are OPERATION_OTHER, made by translate_other(). Private to the files of this machine.
 * Sources: Intel's Software Developer's Manual, volume 2; Zydis 4.0's headers.
 */

#include <Zydis/Zydis.h>
#include <stdbool.h>
#include <stdint.h>

#include "binary/instruction.h"

/* The general registers, numbered as instructions do. */
enum {
        RAX,
        RCX,
        RDX,
        RBX,
        RSP,
        RBP,
        RSI,
        RDI,
        R8,
        R9,
        R10,
        R11,
        R12,
        R13,
        R14,
        R15,
        REGISTER_COUNT,
};

#define BIT(number) (UINT32_C(1) << (number))

/* One instruction under translation. */
struct translation {
        const ZydisDecoder *decoder;
        ZydisDecoderContext context;
        ZydisDecodedInstruction raw;
        ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
        unsigned operand_count; /* of those decoded */
        struct instruction *ret;
};

/*
 * Translates one to what its row says. Returns false for a form that has no word, with anything
 * left in *ret but address and length: it becomes OPERATION_OTHER.
 */
typedef bool translator(struct translation *translation, enum operation operation);

struct translation_row {
        translator *translate; /* NULL: OPERATION_OTHER */
        uint8_t operation;
        bool no_operands; /* needs none: saves the time to decode them */
};

extern const struct translation_row translation_rows[ZYDIS_MNEMONIC_MAX_VALUE + 1];

/* Decodes the first `count` operands. Returns false when Zydis cannot. */
bool decode_operands(struct translation *translation, unsigned count);

/* Fills the masks of registers (read, written, addressing) from the operands that were decoded. */
void note_registers(struct translation *translation);

/* Returns false for what has no word: vector and segment registers, high bytes, far pointers. */
bool translate_operand(const struct translation *translation, const ZydisDecodedOperand *operand,
        struct operand *ret);

/* Operands that no instruction names; sizes in bytes. The last is the word at the stack pointer. */
struct operand register_operand(uint8_t number, uint8_t size);
struct operand number_operand(int64_t number, uint8_t size);
struct operand stack_operand(uint8_t size);

/* Makes it an OPERATION_OTHER, whatever a translator may have left in it. */
void translate_other(struct translation *translation);
