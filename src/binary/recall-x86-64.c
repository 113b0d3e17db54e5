/* SPDX-License-Identifier: BSD-3-Clause */
#include "binary/recall-x86-64.h"

#include <endian.h>
#include <string.h>

#include "base/cleanup.h"

#define SET_BITS 10
#define KEY_MAX  3 /* bytes: prefix, opcode, and operands */

/* An instruction, and as much behind it that eight bytes can be read from within it. */
#define WINDOW_BYTES 24

_Static_assert(RECALL_SETS == 1 << SET_BITS, "sets are chosen by bits of a hash");

static struct operand *operand_of(struct instruction *instruction, unsigned number)
{
        return number == 0 ? &instruction->destination : &instruction->sources[number - 1];
}

/* The forms of which the code may be one, by the bytes that come before displacements. */
static size_t set_of(const struct recall *recall, const uint8_t *bytes, size_t size)
{
        uint32_t key = bytes[0] | (size > 1 ? (uint32_t)bytes[1] << 8 : 0);
        unsigned count = recall->keyed[key];

        if (count < 2)
                key &= 0xff;
        else if (count > 2)
                key |= size > 2 ? (uint32_t)bytes[2] << 16 : 0;
        return key * UINT32_C(0x9e3779b1) >> (32 - SET_BITS);
}

static bool has_form(const struct recall_form *form, const uint64_t *words, size_t size)
{
        return ((words[0] ^ form->bytes[0]) & form->mask[0]) == 0 &&
               ((words[1] ^ form->bytes[1]) & form->mask[1]) == 0 &&
               form->instruction.length <= size;
}

/* The number that a field holds, sign-extended. */
static int64_t field_number(const struct recall_field *field, const uint8_t *window)
{
        unsigned unused = 64 - 8 * field->size;
        uint64_t word;

        memcpy(&word, window + field->offset, sizeof(word));
        return (int64_t)(le64toh(word) << unused) >> unused;
}

static void fill_in(
        const struct recall_field *field, const uint8_t *window, struct instruction *instruction)
{
        uint64_t number = (uint64_t)field_number(field, window);

        if (field->is_relative)
                number += instruction->address + instruction->length;
        for (unsigned i = 0; i < 3; i++)
                if (field->operands & BIT(i))
                        operand_of(instruction, i)->number = (int64_t)number;
}

bool recall_find(const struct recall *recall, const uint8_t *bytes, size_t size, uint64_t address,
        struct instruction *ret)
{
        const struct recall_form *forms = recall->forms[set_of(recall, bytes, size)];
        uint8_t copy[WINDOW_BYTES] = {};
        const uint8_t *window = bytes;
        uint64_t words[2];

        if (size < WINDOW_BYTES) {
                memcpy(copy, bytes, size);
                window = copy;
        }
        memcpy(words, window, sizeof(words));
        for (unsigned i = 0; i < RECALL_WAYS && forms[i].instruction.length > 0; i++) {
                if (!has_form(&forms[i], words, size))
                        continue;
                *ret = forms[i].instruction;
                ret->address = address;
                for (unsigned j = 0; j < ARRAY_SIZE(forms[i].fields); j++)
                        if (forms[i].fields[j].size > 0)
                                fill_in(&forms[i].fields[j], window, ret);
                return true;
        }
        return false;
}

/* ---- What a translation depends on ---- */

static bool is_rip_relative(const ZydisDecodedInstruction *raw)
{
        return (raw->attributes & ZYDIS_ATTRIB_HAS_MODRM) && raw->raw.modrm.mod == 0 &&
               raw->raw.modrm.rm == 5;
}

/* How many operands in memory were decoded: hidden ones have no displacement. */
static unsigned memory_operands(const struct translation *translation)
{
        unsigned count = 0;

        for (unsigned i = 0; i < translation->operand_count; i++)
                count += translation->operands[i].type == ZYDIS_OPERAND_TYPE_MEMORY;
        return count;
}

/* The operands of such a kind, if all of them have the number that the field holds. */
static bool find_operands(const struct translation *translation, enum operand_kind kind,
        int64_t number, struct recall_field *field)
{
        const struct instruction *instruction = translation->ret;

        if (field->is_relative)
                number = (int64_t)((uint64_t)number + instruction->address + instruction->length);
        for (unsigned i = 0; i < 3; i++) {
                const struct operand *operand = operand_of(translation->ret, i);

                if (operand->kind != kind)
                        continue;
                if (operand->number != number)
                        return false;
                field->operands |= BIT(i);
        }
        return true;
}

/* Returns false for what is neither a field, nor made by the instruction's own bytes alone. */
static bool find_distance(const struct translation *translation, struct recall_field *field)
{
        const ZydisDecodedInstruction *raw = &translation->raw;

        *field = (struct recall_field){
                .offset = raw->raw.imm[0].offset,
                .size = raw->raw.imm[0].size / 8,
                .is_relative = true,
        };
        return raw->raw.disp.size == 0 &&
               find_operands(translation, OPERAND_ADDRESS, raw->raw.imm[0].value.s, field) &&
               field->operands != 0;
}

/* An operand without a base means other things by its displacement, one of pushes and pops may be
 * relative to the stack pointer, and EVEX multiplies it. */
static bool is_plain_memory(const struct translation *translation)
{
        const ZydisDecodedInstruction *raw = &translation->raw;

        if (raw->address_width != 64 || translation->ret->adjust != 0 ||
                (raw->encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY &&
                        raw->encoding != ZYDIS_INSTRUCTION_ENCODING_VEX) ||
                memory_operands(translation) != 1)
                return false;
        for (unsigned i = 0; i < 3; i++) {
                const struct operand *operand = operand_of(translation->ret, i);

                if (operand->kind == OPERAND_MEMORY && operand->base == REGISTER_NONE &&
                        !is_rip_relative(raw))
                        return false;
        }
        return true;
}

static bool find_displacement(const struct translation *translation, struct recall_field *field)
{
        const ZydisDecodedInstruction *raw = &translation->raw;

        *field = (struct recall_field){};
        if (raw->raw.disp.size == 0)
                return true;
        *field = (struct recall_field){
                .offset = raw->raw.disp.offset,
                .size = raw->raw.disp.size / 8,
                .is_relative = is_rip_relative(raw),
        };
        if (is_plain_memory(translation) &&
                find_operands(translation, OPERAND_MEMORY, raw->raw.disp.value, field))
                return true;
        *field = (struct recall_field){};
        return !is_rip_relative(raw);
}

/* Those whose translators do not look at the number. */
static bool takes_any_number(const struct translation *translation)
{
        switch (translation->raw.mnemonic) {
        case ZYDIS_MNEMONIC_MOV:
        case ZYDIS_MNEMONIC_ADD:
        case ZYDIS_MNEMONIC_SUB:
        case ZYDIS_MNEMONIC_CMP:
        case ZYDIS_MNEMONIC_TEST:
                return true;
        default:
                return false;
        }
}

static void find_immediate(
        const struct translation *translation, const uint8_t *window, struct recall_field *field)
{
        const ZydisDecodedInstruction *raw = &translation->raw;

        *field = (struct recall_field){
                .offset = raw->raw.imm[0].offset,
                .size = raw->raw.imm[0].size / 8,
        };
        if (field->size == 0 || !takes_any_number(translation) ||
                !find_operands(translation, OPERAND_NUMBER, field_number(field, window), field))
                *field = (struct recall_field){};
}

static bool find_fields(
        const struct translation *translation, const uint8_t *window, struct recall_form *form)
{
        if (translation->raw.raw.imm[0].is_relative)
                return find_distance(translation, &form->fields[0]);
        find_immediate(translation, window, &form->fields[1]);
        return find_displacement(translation, &form->fields[0]);
}

/* ---- Keeping ---- */

static void set_bytes(
        struct recall_form *form, const uint8_t *window, const struct instruction *instruction)
{
        uint8_t mask[sizeof(form->mask)] = {};

        memset(mask, 0xff, instruction->length);
        for (unsigned i = 0; i < ARRAY_SIZE(form->fields); i++)
                memset(mask + form->fields[i].offset, 0, form->fields[i].size);
        memcpy(form->mask, mask, sizeof(mask));
        memcpy(form->bytes, window, sizeof(form->bytes));
        form->instruction = *instruction;
}

/* Learns how many bytes come before what differs within a form. */
static void note_key(struct recall *recall, const uint8_t *window, const struct recall_form *form)
{
        uint8_t *keyed = &recall->keyed[window[0] | window[1] << 8];
        unsigned count = form->instruction.length;

        for (unsigned i = 0; i < ARRAY_SIZE(form->fields); i++)
                if (form->fields[i].size > 0 && form->fields[i].offset < count)
                        count = form->fields[i].offset;
        if (count > KEY_MAX)
                count = KEY_MAX;
        if (*keyed < count)
                *keyed = (uint8_t)count;
}

void recall_keep(struct recall *recall, const uint8_t *bytes, size_t size,
        const struct translation *translation)
{
        const struct instruction *instruction = translation->ret;
        uint8_t window[WINDOW_BYTES] = {};
        struct recall_form form = {};
        size_t set;

        memcpy(window, bytes, size < sizeof(window) ? size : sizeof(window));
        if (!find_fields(translation, window, &form))
                return;
        set_bytes(&form, window, instruction);
        note_key(recall, window, &form);
        set = set_of(recall, bytes, size);
        recall->forms[set][recall->next[set]] = form;
        recall->next[set] = (uint8_t)((recall->next[set] + 1) % RECALL_WAYS);
}
