/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Source: Intel's Software Developer's Manual, volume 2, chapter 2 (2.3 VEX, 2.7 EVEX):
 *
 *     C4 RXBmmmmm WvvvvLpp opcode ModRM …
 *     62 RXBR0mmm Wvvvv1pp zLLbVaaa opcode ModRM …
 *
 * with R, X, B, R', V' and vvvv inverted. All opcodes of map 3 have an immediate byte at their end,
 * those of maps 2, 5 and 6 have none.
 */

#include "binary/vector-x86-64.h"

#define VEX  0xc4
#define EVEX 0x62

#define MODE_REGISTER 3
#define SIB_FOLLOWS   4 /* instead of a base register */
#define NO_BASE       5 /* with mode 0: only a displacement of 4 bytes */

#define BIT(number) (UINT32_C(1) << (number))

struct prefix {
        unsigned length;
        unsigned map;
        bool high_reg, high_index, high_base; /* upper 8 registers */
        uint8_t vector;                       /* vvvv: the number of a register */
        bool is_thread_local;
};

/* The bytes that are left. */
struct cursor {
        const uint8_t *bytes;
        size_t size, offset;
};

static bool take(struct cursor *cursor, uint8_t *ret)
{
        if (cursor->offset >= cursor->size)
                return false;
        *ret = cursor->bytes[cursor->offset++];
        return true;
}

static bool take_prefix(struct cursor *cursor, struct prefix *ret)
{
        uint8_t first, second, third, skipped;

        do {
                if (!take(cursor, &first))
                        return false;
                ret->is_thread_local |= first == 0x64 || first == 0x65;
        } while (first == 0x64 || first == 0x65 || first == 0x2e || first == 0x3e);
        if ((first != VEX && first != EVEX) || !take(cursor, &second) || !take(cursor, &third))
                return false;
        if (first == EVEX && ((second & 0x08) || !(third & 0x04) || !take(cursor, &skipped)))
                return false;
        ret->map = second & (first == VEX ? 0x1f : 0x07);
        ret->high_reg = !(second & 0x80);
        ret->high_index = !(second & 0x40);
        ret->high_base = !(second & 0x20);
        ret->vector = ~(third >> 3) & 0x0f;
        return ret->map == 2 || ret->map == 3 ||
               (first == EVEX && (ret->map == 5 || ret->map == 6));
}

static bool take_displacement(struct cursor *cursor, unsigned size, int64_t *ret)
{
        uint32_t value = 0;

        for (unsigned i = 0; i < size; i++) {
                uint8_t byte;

                if (!take(cursor, &byte))
                        return false;
                value |= (uint32_t)byte << (8 * i);
        }
        *ret = size == 1 ? (int8_t)value : (int32_t)value;
        return true;
}

/* A memory operand, of which only the beginning is known. `*ret_read` gets its registers. */
static bool take_memory(struct cursor *cursor, const struct prefix *prefix, uint8_t modrm,
        struct operand *ret, uint32_t *ret_read)
{
        unsigned mode = modrm >> 6, low = modrm & 7;
        unsigned displacement = mode == 1 ? 1 : mode == 2 ? 4 : 0;
        uint8_t sib = 0;

        *ret = (struct operand){
                .kind = OPERAND_MEMORY,
                .size = OPERAND_SIZE_MANY,
                .base = REGISTER_NONE,
                .index = REGISTER_NONE,
                .thread_local_ = prefix->is_thread_local,
        };
        *ret_read = 0;
        if (low == SIB_FOLLOWS) {
                if (!take(cursor, &sib))
                        return false;
                low = sib & 7;
                /* It may be one of a vector register instead; too much is not wrong. */
                *ret_read |= BIT((sib >> 3 & 7) + 8 * prefix->high_index);
        } else if (low == NO_BASE && mode == 0) {
                ret->in_image = true;
        }
        if (low == NO_BASE && mode == 0) {
                displacement = 4;
        } else {
                ret->base = low + 8 * prefix->high_base;
                *ret_read |= BIT(ret->base);
        }
        return take_displacement(cursor, displacement, &ret->number);
}

unsigned vector_decode(const uint8_t *bytes, size_t size, uint64_t address, struct instruction *ret)
{
        struct cursor cursor = {.bytes = bytes, .size = size};
        struct instruction instruction = {.address = address, .operation = OPERATION_OTHER};
        struct prefix prefix = {};
        uint8_t opcode, modrm, immediate;
        struct operand memory;
        uint32_t registers;

        if (!take_prefix(&cursor, &prefix) || !take(&cursor, &opcode) || !take(&cursor, &modrm))
                return 0;
        registers = BIT(prefix.vector) | BIT((modrm >> 3 & 7) + 8 * prefix.high_reg);
        if (modrm >> 6 == MODE_REGISTER) {
                registers |= BIT((modrm & 7) + 8 * prefix.high_base);
                instruction.read = registers;
        } else {
                if (!take_memory(&cursor, &prefix, modrm, &memory, &instruction.addressing))
                        return 0;
                instruction.read = registers | instruction.addressing;
                instruction.addressing &= ~registers;
                instruction.sources[0] = memory;
        }
        if (prefix.map == 3 && !take(&cursor, &immediate))
                return 0;
        if (instruction.sources[0].in_image)
                instruction.sources[0].number =
                        (int64_t)((uint64_t)memory.number + address + cursor.offset);
        instruction.destination = instruction.sources[0];
        instruction.written = registers;
        instruction.conditional = true;
        instruction.length = cursor.offset;
        *ret = instruction;
        return instruction.length;
}
