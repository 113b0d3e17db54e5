/* SPDX-License-Identifier: BSD-3-Clause */

/* The operands of one x86-64 instruction: from Zydis' words to those of binary/instruction.h. */

#include "binary/translation-x86-64.h"

/* Returns the number of a general register or a part of it, or REGISTER_NONE for any other. */
static uint8_t register_number(ZydisRegister name)
{
        if (name >= ZYDIS_REGISTER_RAX && name <= ZYDIS_REGISTER_R15)
                return name - ZYDIS_REGISTER_RAX;
        if (name >= ZYDIS_REGISTER_EAX && name <= ZYDIS_REGISTER_R15D)
                return name - ZYDIS_REGISTER_EAX;
        if (name >= ZYDIS_REGISTER_AX && name <= ZYDIS_REGISTER_R15W)
                return name - ZYDIS_REGISTER_AX;
        if (name >= ZYDIS_REGISTER_SPL && name <= ZYDIS_REGISTER_R15B)
                return name - ZYDIS_REGISTER_SPL + RSP;
        if (name >= ZYDIS_REGISTER_AH && name <= ZYDIS_REGISTER_BH)
                return name - ZYDIS_REGISTER_AH;
        if (name >= ZYDIS_REGISTER_AL && name <= ZYDIS_REGISTER_BL)
                return name - ZYDIS_REGISTER_AL;
        return REGISTER_NONE;
}

/* True for ah, ch, dh, bh: the only parts of registers that are not their low bytes. */
static bool register_is_high(ZydisRegister name)
{
        return name >= ZYDIS_REGISTER_AH && name <= ZYDIS_REGISTER_BH;
}

static int64_t sign_extend(uint64_t value, unsigned bits)
{
        if (bits == 0 || bits >= 64)
                return (int64_t)value;
        return (int64_t)(value << (64 - bits)) >> (64 - bits);
}

static uint8_t bytes_of(const ZydisDecodedOperand *operand)
{
        unsigned bytes = operand->size / 8;

        return bytes == 0 || bytes > OPERAND_SIZE_MANY ? OPERAND_SIZE_MANY : bytes;
}

static void translate_memory(const struct translation *translation,
        const ZydisDecodedOperand *operand, struct operand *ret)
{
        bool relative =
                operand->mem.base == ZYDIS_REGISTER_RIP || operand->mem.base == ZYDIS_REGISTER_EIP;
        uint64_t number = operand->mem.disp.has_displacement ? operand->mem.disp.value : 0;

        *ret = (struct operand){
                .kind = OPERAND_MEMORY,
                .size = bytes_of(operand),
                .base = register_number(operand->mem.base),
                .index = register_number(operand->mem.index),
                .scale = operand->mem.scale,
                .thread_local_ = operand->mem.segment == ZYDIS_REGISTER_FS ||
                                 operand->mem.segment == ZYDIS_REGISTER_GS,
        };
        if (relative)
                number += translation->ret->address + translation->raw.length;
        if (ret->base == REGISTER_NONE && translation->raw.address_width == 32)
                number = (uint32_t)number;
        ret->number = (int64_t)number;
        /* Without a base, 0 and less are the offsets of a lea that only calculates. */
        ret->in_image = !ret->thread_local_ &&
                        (relative || (ret->base == REGISTER_NONE && ret->number > 0));
        /* Indices in a vector register: it may be anywhere. */
        if (operand->mem.index != ZYDIS_REGISTER_NONE && ret->index == REGISTER_NONE)
                ret->size = OPERAND_SIZE_MANY;
        if (ret->index == REGISTER_NONE)
                ret->scale = 0;
}

static void translate_immediate(const struct translation *translation,
        const ZydisDecodedOperand *operand, struct operand *ret)
{
        uint64_t value = operand->imm.value.u;

        *ret = (struct operand){.kind = OPERAND_NUMBER, .size = bytes_of(operand)};
        if (operand->imm.is_relative) {
                ret->kind = OPERAND_ADDRESS;
                ret->number =
                        (int64_t)(translation->ret->address + translation->raw.length + value);
        } else if (operand->imm.is_signed) {
                ret->number = (int64_t)value;
        } else {
                ret->number = sign_extend(value, translation->raw.raw.imm[0].size);
        }
}

bool translate_operand(const struct translation *translation, const ZydisDecodedOperand *operand,
        struct operand *ret)
{
        switch (operand->type) {
        case ZYDIS_OPERAND_TYPE_REGISTER:
                if (register_is_high(operand->reg.value) ||
                        register_number(operand->reg.value) == REGISTER_NONE)
                        return false;
                *ret = (struct operand){
                        .kind = OPERAND_REGISTER,
                        .size = bytes_of(operand),
                        .reg = register_number(operand->reg.value),
                };
                return true;
        case ZYDIS_OPERAND_TYPE_MEMORY:
                translate_memory(translation, operand, ret);
                return true;
        case ZYDIS_OPERAND_TYPE_IMMEDIATE:
                translate_immediate(translation, operand, ret);
                return true;
        default:
                return false;
        }
}

struct operand register_operand(uint8_t number, uint8_t size)
{
        return (struct operand){.kind = OPERAND_REGISTER, .size = size, .reg = number};
}

struct operand number_operand(int64_t number, uint8_t size)
{
        return (struct operand){.kind = OPERAND_NUMBER, .size = size, .number = number};
}

struct operand stack_operand(uint8_t size)
{
        return (struct operand){
                .kind = OPERAND_MEMORY,
                .size = size,
                .base = RSP,
                .index = REGISTER_NONE,
        };
}

static uint32_t register_bit(ZydisRegister name)
{
        uint8_t number = register_number(name);

        return number == REGISTER_NONE ? 0 : BIT(number);
}

void note_registers(struct translation *translation)
{
        struct instruction *ret = translation->ret;
        uint32_t read = 0, written = 0, addressing = 0;

        for (unsigned i = 0; i < translation->operand_count; i++) {
                const ZydisDecodedOperand *operand = &translation->operands[i];

                if (operand->type == ZYDIS_OPERAND_TYPE_REGISTER) {
                        uint32_t bit = register_bit(operand->reg.value);

                        if (operand->actions & ZYDIS_OPERAND_ACTION_MASK_READ)
                                read |= bit;
                        if (operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
                                written |= bit;
                } else if (operand->type == ZYDIS_OPERAND_TYPE_MEMORY) {
                        uint32_t bits =
                                register_bit(operand->mem.base) | register_bit(operand->mem.index);

                        if (operand->mem.type == ZYDIS_MEMOP_TYPE_AGEN)
                                read |= bits;
                        else
                                addressing |= bits;
                }
        }
        ret->addressing = addressing & ~read;
        ret->read = read | addressing;
        ret->written = written;
}

bool decode_operands(struct translation *translation, unsigned count)
{
        translation->operand_count = count;
        return ZYAN_SUCCESS(ZydisDecoderDecodeOperands(translation->decoder, &translation->context,
                &translation->raw, translation->operands, count));
}
