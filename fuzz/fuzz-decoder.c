/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The decoder on any bytes: every instruction has to lie within them, be within the machine's
 * registers, and come out the same from a longer text.
 */

#include <stdlib.h>
#include <string.h>

#include "binary/machine.h"
#include "fuzz/fuzz.h"

#define ADDRESS UINT64_C(0x7ffffffffffff000)

static void check_register(const struct machine *machine, uint8_t number)
{
        if (number != REGISTER_NONE && number >= machine->register_count)
                abort();
}

static void check_operand(const struct machine *machine, const struct operand *operand)
{
        switch (operand->kind) {
        case OPERAND_NONE:
        case OPERAND_NUMBER:
        case OPERAND_ADDRESS:
                break;
        case OPERAND_REGISTER:
                if (operand->reg == REGISTER_NONE || operand->size == 0 || operand->size > 8)
                        abort();
                check_register(machine, operand->reg);
                break;
        case OPERAND_MEMORY:
                check_register(machine, operand->base);
                check_register(machine, operand->index);
                if (operand->size == 0 || (operand->index != REGISTER_NONE && operand->scale == 0))
                        abort();
                if (operand->in_image && operand->base != REGISTER_NONE)
                        abort();
                break;
        default:
                abort();
        }
}

static void check(const struct machine *machine, const struct instruction *instruction)
{
        uint32_t none = ~((UINT32_C(1) << machine->register_count) - 1);

        if (instruction->operation > OPERATION_SYSTEM_CALL ||
                ((instruction->read | instruction->written) & none) != 0 ||
                (instruction->addressing & ~instruction->read) != 0)
                abort();
        if (instruction->destination.kind == OPERAND_REGISTER &&
                !(instruction->written & UINT32_C(1) << instruction->destination.reg))
                abort();
        check_operand(machine, &instruction->destination);
        check_operand(machine, &instruction->sources[0]);
        check_operand(machine, &instruction->sources[1]);
}

/* Of an input: a new decoder takes more time than all its instructions. */
#define NEW_DECODERS_MAX 1

/* What a decoder tells that remembers another instruction of the same form has to be what one tells
 * that remembers none. */
static void check_remembered(const struct machine *machine, struct decoder *decoder,
        const uint8_t *data, const struct instruction *original)
{
        struct decoder *other = machine->decoder_new();
        struct instruction expected = {}, found = {};
        uint8_t changed[UINT8_MAX];

        if (!other)
                return;
        memcpy(changed, data, original->length);
        /* Mostly within a displacement or a number, which come last. */
        changed[original->length - 1 - original->address % 2 * (original->length > 1)] ^= 0xa5;
        if (machine->decode(other, changed, original->length, ADDRESS / 2, &expected) !=
                        machine->decode(decoder, changed, original->length, ADDRESS / 2, &found) ||
                memcmp(&expected, &found, sizeof(found)) != 0)
                abort();
        machine->decoder_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const struct machine *machine = machine_of(ABI_X86_64);
        struct decoder *decoder = machine->decoder_new();
        unsigned remembered = 0;
        size_t offset = 0;

        if (!decoder)
                return 0;
        while (offset < size) {
                struct instruction instruction = {}, again = {};
                unsigned length = machine->decode(
                        decoder, data + offset, size - offset, ADDRESS + offset, &instruction);

                if (length > size - offset || length != instruction.length)
                        abort();
                if (length > 0) {
                        check(machine, &instruction);
                        if (remembered++ < NEW_DECODERS_MAX)
                                check_remembered(machine, decoder, data + offset, &instruction);
                        if (machine->decode(decoder, data + offset, length, ADDRESS + offset,
                                    &again) != length ||
                                memcmp(&instruction, &again, sizeof(again)) != 0)
                                abort();
                }
                offset += length > 0 ? length : 1;
        }
        machine->decoder_free(decoder);
        return 0;
}
