/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Instructions that have no word of their own: what Zydis tells of each operand, hidden ones
 * included, is all that is known of them.
 */

#include "base/cleanup.h"
#include "binary/translation-x86-64.h"

static bool is_accessed(const ZydisDecodedOperand *operand)
{
        return operand->type == ZYDIS_OPERAND_TYPE_MEMORY &&
               operand->mem.type != ZYDIS_MEMOP_TYPE_AGEN;
}

static void other_destination(
        struct translation *translation, const ZydisDecodedOperand *operand, bool is_many)
{
        struct operand *destination = &translation->ret->destination;
        struct operand found;

        if (!(operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) ||
                destination->kind == OPERAND_MEMORY ||
                (destination->kind != OPERAND_NONE && !is_accessed(operand)) ||
                !translate_operand(translation, operand, &found))
                return;
        if (found.kind == OPERAND_MEMORY && is_many)
                found.size = OPERAND_SIZE_MANY;
        *destination = found;
}

static void other_sources(struct translation *translation, bool of_memory, bool is_many)
{
        struct operand *sources = translation->ret->sources;

        for (unsigned i = 0; i < translation->operand_count; i++) {
                const ZydisDecodedOperand *operand = &translation->operands[i];
                struct operand *place = sources[0].kind == OPERAND_NONE ? &sources[0] : &sources[1];
                struct operand found;

                if (place->kind != OPERAND_NONE || is_accessed(operand) != of_memory ||
                        !(operand->actions & ZYDIS_OPERAND_ACTION_MASK_READ) ||
                        !translate_operand(translation, operand, &found))
                        continue;
                if (found.kind == OPERAND_MEMORY && is_many)
                        found.size = OPERAND_SIZE_MANY;
                *place = found;
        }
}

/* True where the memory operand's size says too little: repeated, or bits counted from it. */
static bool accesses_many(const struct translation *translation)
{
        switch (translation->raw.mnemonic) {
        case ZYDIS_MNEMONIC_BT:
        case ZYDIS_MNEMONIC_BTC:
        case ZYDIS_MNEMONIC_BTR:
        case ZYDIS_MNEMONIC_BTS:
                return translation->operands[1].type == ZYDIS_OPERAND_TYPE_REGISTER;
        case ZYDIS_MNEMONIC_XLAT:
                return true;
        default:
                return (translation->raw.attributes &
                               (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE |
                                       ZYDIS_ATTRIB_HAS_REPNE)) != 0;
        }
}

/*
 * What Zydis 4.0 does not tell: that cmps and scas move their pointers, and what xlat reads. The
 * pointers and the count of a string instruction go nowhere but into themselves.
 */
static void amend_string(struct translation *translation)
{
        struct instruction *ret = translation->ret;
        uint32_t own = BIT(RSI) | BIT(RDI) | BIT(RCX);

        if (translation->raw.mnemonic == ZYDIS_MNEMONIC_XLAT)
                ret->read |= BIT(RAX);
        if (translation->raw.meta.category != ZYDIS_CATEGORY_STRINGOP &&
                translation->raw.meta.category != ZYDIS_CATEGORY_IOSTRINGOP)
                return;
        ret->written |= ret->read & (BIT(RSI) | BIT(RDI));
        ret->addressing |= ret->read & own;
        for (size_t i = 0; i < ARRAY_SIZE(ret->sources); i++)
                if (ret->sources[i].kind == OPERAND_REGISTER && (BIT(ret->sources[i].reg) & own))
                        ret->sources[i] = (struct operand){};
}

void translate_other(struct translation *translation)
{
        struct instruction *ret = translation->ret;
        bool is_many;

        *ret = (struct instruction){
                .address = ret->address,
                .length = translation->raw.length,
                .operation = OPERATION_OTHER,
        };
        if (!decode_operands(translation, translation->raw.operand_count)) {
                ret->written = BIT(REGISTER_COUNT) - 1;
                return;
        }
        is_many = accesses_many(translation);
        ret->conditional =
                (translation->raw.attributes & (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE |
                                                       ZYDIS_ATTRIB_HAS_REPNE)) != 0;
        note_registers(translation);
        for (unsigned i = 0; i < translation->operand_count; i++) {
                other_destination(translation, &translation->operands[i], is_many);
                if (translation->operands[i].actions & ZYDIS_OPERAND_ACTION_CONDWRITE)
                        ret->conditional = true;
        }
        other_sources(translation, true, is_many);
        other_sources(translation, false, false);
        amend_string(translation);
}
