/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "binary/code.h"

void functions_clear(struct functions *functions)
{
        vector_clear(&functions->items);
}

size_t functions_at(const struct functions *functions, uint64_t address)
{
        const struct function *items = functions->items.items;
        size_t next = vector_position(&functions->items, item, item->address <= address);

        if (next == 0 || address - items[next - 1].address >= items[next - 1].size)
                return SIZE_MAX;
        return next - 1;
}

static int add(struct functions *functions, const struct function *like, uint64_t from, uint64_t to)
{
        struct function *function;

        if (from >= to)
                return 0;
        function = vector_add(&functions->items);
        if (!function)
                return -ENOMEM;
        *function = *like;
        function->address = from;
        function->size = to - from;
        return 0;
}

static void replace(struct functions *functions, struct functions *with)
{
        functions_clear(functions);
        *functions = *with;
        *with = (struct functions){};
}

/* By address; the longer first. */
static int compare_functions(const void *left, const void *right)
{
        const struct function *one = left, *other = right;

        if (one->address != other->address)
                return one->address < other->address ? -1 : 1;
        return (one->size < other->size) - (one->size > other->size);
}

static void sort(struct functions *functions)
{
        if (functions->items.count > 0)
                qsort(functions->items.items, functions->items.count,
                        sizeof(*functions->items.items), compare_functions);
}

/* Sorts; leaves out what begins elsewhere than in code; cuts off what is behind code's end. */
static void clip(const struct object *object, struct functions *functions)
{
        size_t kept = 0;

        sort(functions);
        for (size_t i = 0; i < functions->items.count; i++) {
                struct function function = functions->items.items[i];
                uint64_t end;

                if (!object_is_code(object, function.address))
                        continue;
                end = code_end(object, function.address);
                if (function.size > end - function.address)
                        function.size = end - function.address;
                if (function.size == 0)
                        continue;
                if (kept > 0 && functions->items.items[kept - 1].address == function.address) {
                        functions->items.items[kept - 1].has_landing_pads |=
                                function.has_landing_pads;
                        continue;
                }
                functions->items.items[kept++] = function;
        }
        functions->items.count = kept;
}

/*
 * What is left of a function behind another that lies within it becomes a function of its own: it
 * is code all the same.
 */
int functions_arrange(const struct object *object, struct functions *functions)
{
        CLEANUP_FUNCTIONS struct functions arranged = {};
        struct function outer = {};
        uint64_t reach = 0;
        int r = 0;

        clip(object, functions);
        for (size_t i = 0; i < functions->items.count && r == 0; i++) {
                const struct function *function = &functions->items.items[i];
                uint64_t next = i + 1 < functions->items.count ? function[1].address : UINT64_MAX;
                uint64_t end = function->address + function->size;

                if (end > reach) {
                        reach = end;
                        outer = *function;
                }
                outer.falls_through = false;
                r = add(&arranged, function, function->address, end < next ? end : next);
                if (r == 0 && reach > end && end < next)
                        r = add(&arranged, &outer, end, reach < next ? reach : next);
        }
        if (r < 0)
                return r;
        replace(functions, &arranged);
        return 0;
}

int functions_fill(struct functions *functions, const struct functions *others)
{
        size_t count = functions->items.count, next = 0;

        for (size_t i = 0; i < others->items.count; i++) {
                const struct function *other = &others->items.items[i];
                uint64_t end = other->address + other->size;
                int r;

                while (next < count && functions->items.items[next].address <= other->address)
                        next++;
                if (next > 0) {
                        const struct function *before = &functions->items.items[next - 1];

                        if (other->address - before->address < before->size)
                                continue;
                }
                if (next < count && functions->items.items[next].address < end)
                        end = functions->items.items[next].address;
                r = add(functions, other, other->address, end);
                if (r < 0)
                        return r;
        }
        sort(functions);
        return 0;
}

/*
 * Adds the parts of one function. Where there was something that is no instruction, the beginnings
 * of those behind it are not certain, and an address counts wherever it is.
 */
static int divide_one(const struct code *code, const struct function *function,
        const uint64_t *addresses, size_t count, struct functions *ret)
{
        uint64_t end = function->address + function->size, from = function->address;
        uint64_t address = from;
        uint8_t last = OPERATION_OTHER;
        struct function part = *function;
        bool certain = true;
        size_t next = 0;

        part.falls_through = true;
        while (address < end && next < count) {
                struct instruction instruction;
                unsigned length;

                while (next < count && addresses[next] < address)
                        if (!certain)
                                address = addresses[next];
                        else
                                next++;
                if (next < count && addresses[next] == address) {
                        int r;

                        part.falls_through = !operation_ends(last);
                        r = add(ret, &part, from, address);
                        if (r < 0)
                                return r;
                        from = address;
                        next++;
                }
                length = code_decode(code, address, end, &instruction);
                last = operation_last(last, length > 0 ? instruction.operation : OPERATION_OTHER);
                certain &= length > 0;
                address += length > 0 ? length : code->machine->instruction_align;
        }
        part.falls_through = function->falls_through;
        return add(ret, &part, from, end);
}

int functions_divide(
        const struct code *code, struct functions *functions, const struct addresses *addresses)
{
        CLEANUP_FUNCTIONS struct functions divided = {};
        const uint64_t *next = addresses->items.items;
        const uint64_t *end = next + addresses->items.count;

        for (size_t i = 0; i < functions->items.count; i++) {
                const struct function *function = &functions->items.items[i];
                const uint64_t *first;
                int r;

                while (next < end && *next <= function->address)
                        next++;
                first = next;
                while (next < end && *next - function->address < function->size)
                        next++;
                if (first == next)
                        r = add(&divided, function, function->address,
                                function->address + function->size);
                else
                        r = divide_one(code, function, first, next - first, &divided);
                if (r < 0)
                        return r;
        }
        replace(functions, &divided);
        return 0;
}
