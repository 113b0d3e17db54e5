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

/* What skim() tells has to be what decode() tells, or nothing. */
static void check_skimmed(const struct machine *machine, struct decoder *decoder,
        const uint8_t *data, size_t size, const struct instruction *expected)
{
        struct instruction skimmed = {};

        if (machine->skim(decoder, data, size, expected->address, &skimmed) != expected->length)
                abort();
        if (memcmp(&skimmed, expected, sizeof(skimmed)) == 0)
                return;
        if (skimmed.operation != OPERATION_OTHER || expected->operation == OPERATION_ADDRESS ||
                expected->operation == OPERATION_NOTHING || expected->operation >= OPERATION_CALL ||
                (expected->operation == OPERATION_MOVE && expected->adjust < 0 &&
                        expected->sources[0].kind == OPERAND_NUMBER))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const struct machine *machine = machine_of(ABI_X86_64);
        struct decoder *decoder = machine->decoder_new();
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
                        check_skimmed(machine, decoder, data + offset, size - offset, &instruction);
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
