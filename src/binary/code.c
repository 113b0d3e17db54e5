/* SPDX-License-Identifier: BSD-3-Clause */
#include "binary/code.h"

#include <errno.h>

size_t code_bytes(const struct code *code, uint64_t address, uint64_t end, const uint8_t **ret)
{
        size_t size = object_bytes(code->object, address, ret);

        if (address >= end)
                return 0;
        return size > end - address ? end - address : size;
}

unsigned code_decode(
        const struct code *code, uint64_t address, uint64_t end, struct instruction *ret)
{
        const uint8_t *bytes;
        size_t size = code_bytes(code, address, end, &bytes);

        return size > 0 ? code->machine->decode(code->decoder, bytes, size, address, ret) : 0;
}

bool operation_ends(uint8_t operation)
{
        return operation == OPERATION_JUMP || operation == OPERATION_RETURN ||
               operation == OPERATION_STOP;
}

bool operation_goes_on(uint8_t operation)
{
        return !operation_ends(operation) && operation != OPERATION_CALL &&
               operation != OPERATION_SYSTEM_CALL;
}

uint8_t operation_last(uint8_t last, uint8_t next)
{
        return next == OPERATION_NOTHING && !operation_goes_on(last) ? last : next;
}

uint64_t code_behind_padding(const struct code *code, uint64_t address, uint64_t limit)
{
        while (address < limit) {
                struct instruction instruction;
                unsigned length = code_decode(code, address, limit, &instruction);

                if (length == 0 || instruction.operation != OPERATION_NOTHING)
                        break;
                address += length;
        }
        return address;
}

int addresses_add(struct addresses *addresses, uint64_t address)
{
        uint64_t *place = vector_add(&addresses->items);

        if (!place)
                return -ENOMEM;
        *place = address;
        return 0;
}

static int compare_addresses(const void *left, const void *right)
{
        uint64_t one = *(const uint64_t *)left, other = *(const uint64_t *)right;

        return (one > other) - (one < other);
}

void addresses_sort(struct addresses *addresses)
{
        uint64_t *items = addresses->items.items;
        size_t kept = 0;

        if (addresses->items.count == 0)
                return;
        qsort(items, addresses->items.count, sizeof(*items), compare_addresses);
        for (size_t i = 0; i < addresses->items.count; i++)
                if (kept == 0 || items[kept - 1] != items[i])
                        items[kept++] = items[i];
        addresses->items.count = kept;
}

void references_clear(struct references *references)
{
        addresses_clear(&references->calls);
        addresses_clear(&references->jumps);
        addresses_clear(&references->constants);
}

uint64_t code_end(const struct object *object, uint64_t address)
{
        const uint8_t *bytes;

        return address + object_bytes(object, address, &bytes);
}

/* True where the address is code that no function covers. */
static bool is_uncovered(
        const struct code *code, const struct functions *functions, uint64_t address)
{
        return object_is_code(code->object, address) &&
               functions_at(functions, address) == SIZE_MAX;
}

static int note_constant(const struct code *code, const struct functions *functions,
        uint64_t address, struct references *ret)
{
        if (!is_uncovered(code, functions, address))
                return 0;
        return addresses_add(&ret->constants, address);
}

static int note_call(const struct code *code, const struct functions *functions, uint64_t target,
        struct references *ret)
{
        uint64_t *begun = ret->begun ? &ret->begun[(target ^ target >> 10) % BEGUN_COUNT] : NULL;
        size_t function;

        if ((begun && target != 0 && *begun == target) || !object_is_code(code->object, target))
                return 0;
        function = functions_at(functions, target);
        if (function == SIZE_MAX || functions->items.items[function].address != target)
                return addresses_add(&ret->calls, target);
        if (begun)
                *begun = target;
        return 0;
}

int references_note(const struct code *code, const struct functions *functions,
        const struct instruction *instruction, uint64_t from, uint64_t to, struct references *ret)
{
        const struct operand *operand = &instruction->sources[0];
        uint64_t target = (uint64_t)operand->number;

        switch (instruction->operation) {
        case OPERATION_CALL:
                return operand->kind == OPERAND_ADDRESS && target != from
                               ? note_call(code, functions, target, ret)
                               : 0;
        case OPERATION_JUMP:
        case OPERATION_BRANCH:
                if (operand->kind != OPERAND_ADDRESS || (target >= from && target < to) ||
                        !is_uncovered(code, functions, target))
                        return 0;
                return addresses_add(&ret->jumps, target);
        case OPERATION_ADDRESS:
                return operand->in_image ? note_constant(code, functions, target, ret) : 0;
        case OPERATION_MOVE:
                return operand->kind == OPERAND_NUMBER && object_is_fixed(code->object)
                               ? note_constant(code, functions, target, ret)
                               : 0;
        default:
                return 0;
        }
}
