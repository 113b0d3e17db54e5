/* SPDX-License-Identifier: BSD-3-Clause */
#include "binary/functions.h"

#include <errno.h>

#include "binary/code.h"
#include "binary/frames.h"
#include "binary/go-table.h"

/* The entries of linkage tables begin at multiples of so many bytes. */
#define LINKAGE_ALIGN 8

static bool is_function_symbol(const struct symbol *symbol)
{
        return symbol->defined && symbol->address != 0 &&
               (symbol->kind == SYMBOL_FUNCTION || symbol->kind == SYMBOL_IFUNC);
}

static int add_symbol(const struct symbol *symbol, struct functions *ret)
{
        struct function *function;

        if (!is_function_symbol(symbol) || symbol->size == 0 ||
                symbol->address + symbol->size < symbol->address)
                return 0;
        function = vector_add(&ret->items);
        if (!function)
                return -ENOMEM;
        *function = (struct function){.address = symbol->address, .size = symbol->size};
        return 0;
}

static int read_symbols(const struct object *object, struct functions *ret)
{
        const struct symbol *symbol;
        int r = 0;

        vector_for_each(symbol, &object->dynamic_symbols) {
                if (r == 0)
                        r = add_symbol(symbol, ret);
        }
        vector_for_each(symbol, &object->symbols) {
                if (r == 0)
                        r = add_symbol(symbol, ret);
        }
        return r;
}

/* Reads one source and adds what the better ones before it do not know. */
static int add_source(const struct object *object,
        int (*read)(const struct object *object, struct functions *ret), struct functions *ret)
{
        CLEANUP_FUNCTIONS struct functions found = {};
        int r;

        r = read(object, &found);
        if (r == 0)
                r = functions_arrange(object, &found);
        return r < 0 ? r : functions_fill(ret, &found);
}

/*
 * A linkage table's entries are one function in .eh_frame. It consists of nothing but jumps, and
 * pushes of what they hand over: an entry begins behind each jump.
 */
static int find_linkage_entries(
        const struct code *code, const struct function *function, struct addresses *ret)
{
        uint64_t end = function->address + function->size;
        size_t before = ret->items.count;
        bool was_jump = false;
        unsigned length;

        for (uint64_t address = function->address; address < end; address += length) {
                struct instruction instruction;
                int r;

                length = code_decode(code, address, end, &instruction);
                if (length == 0 || (instruction.operation != OPERATION_JUMP &&
                                           instruction.operation != OPERATION_NOTHING &&
                                           (instruction.operation != OPERATION_MOVE ||
                                                   instruction.adjust >= 0))) {
                        ret->items.count = before;
                        return 0;
                }
                /* nops fill up the entry; but the next one may begin with an endbr64 */
                if (was_jump && (instruction.operation != OPERATION_NOTHING ||
                                        address % LINKAGE_ALIGN == 0)) {
                        r = addresses_add(ret, address);
                        if (r < 0)
                                return r;
                        was_jump = false;
                }
                was_jump |= instruction.operation == OPERATION_JUMP;
        }
        return 0;
}

static int divide_linkage_tables(const struct code *code, struct functions *functions)
{
        CLEANUP_ADDRESSES struct addresses entries = {};
        const struct function *function;
        int r = 0;

        vector_for_each(function, &functions->items) {
                if (r == 0)
                        r = find_linkage_entries(code, function, &entries);
        }
        return r < 0 ? r : functions_divide(code, functions, &entries);
}

/*
 * Where a function runs on to: into the next one, or into code that nothing describes (clone() has
 * no unwind information behind its system call). A system call at the end is mostly one
 * that does not return; it does where code follows at once. Returns 0, 1 where it runs on, -ENOMEM.
 */
static int note_end(const struct code *code, const struct functions *functions, uint64_t end,
        uint8_t last, struct references *ret)
{
        uint64_t limit = code_end(code->object, end), next;
        int r;

        if (last != OPERATION_SYSTEM_CALL && !operation_goes_on(last))
                return 0;
        next = code_behind_padding(code, end, limit);
        if (next >= limit || (last == OPERATION_SYSTEM_CALL && next != end))
                return 0;
        if (functions_at(functions, next) != SIZE_MAX)
                return 1;
        r = addresses_add(&ret->jumps, next);
        return r < 0 ? r : 1;
}

/* Goes through the instructions of a function, from the first to the last. */
static int scan_function(const struct code *code, const struct functions *functions,
        struct function *function, struct references *ret)
{
        uint64_t end = function->address + function->size;
        uint8_t last = OPERATION_OTHER;
        const uint8_t *bytes = NULL;
        size_t size = code_bytes(code, function->address, end, &bytes);
        int r;

        for (uint64_t address = function->address; address < end;) {
                size_t offset = address - function->address;
                struct instruction instruction;
                unsigned length = 0;

                if (offset < size)
                        length = code->machine->decode(code->decoder, bytes + offset, size - offset,
                                address, &instruction);
                last = operation_last(last, length > 0 ? instruction.operation : OPERATION_OTHER);
                if (length > 0) {
                        r = references_note(
                                code, functions, &instruction, function->address, end, ret);
                        if (r < 0)
                                return r;
                }
                address += length > 0 ? length : code->machine->instruction_align;
        }
        r = note_end(code, functions, end, last, ret);
        function->falls_through = r > 0;
        return r < 0 ? r : 0;
}

static int scan_all(
        const struct code *code, struct functions *functions, struct references *references)
{
        uint64_t begun[BEGUN_COUNT] = {};
        struct function *function;
        int r = 0;

        references->begun = begun;
        vector_for_each(function, &functions->items) {
                if (r == 0)
                        r = scan_function(code, functions, function, references);
        }
        references->begun = NULL;
        return r;
}

/* ---- Addresses that the file tells ---- */

static int add_all(struct addresses *addresses, const uint64_t *items, size_t count)
{
        int r = 0;

        for (size_t i = 0; i < count && r == 0; i++)
                r = addresses_add(addresses, items[i]);
        return r;
}

/* Symbols: of functions surely; what assembly exports without a type, if it is code; others may
 * be. */
static int add_symbol_addresses(const struct object *object, const struct symbol *symbols,
        size_t count, struct addresses *starts, struct addresses *maybe)
{
        int r = 0;

        for (size_t i = 0; i < count && r == 0; i++) {
                const struct symbol *symbol = &symbols[i];

                if (!symbol->defined || symbol->address == 0 ||
                        !object_is_code(object, symbol->address))
                        continue;
                if (is_function_symbol(symbol) ||
                        (symbol->kind == SYMBOL_OTHER && symbol->exported))
                        r = addresses_add(starts, symbol->address);
                else if (symbol->kind == SYMBOL_OTHER)
                        r = addresses_add(maybe, symbol->address);
        }
        return r;
}

/* What the loader writes: pointers to code, or into tables that stand among it. */
static int add_relocations(
        const struct object *object, struct addresses *starts, struct addresses *maybe)
{
        const struct relocation *relocation;
        int r = 0;

        vector_for_each(relocation, &object->relocations) {
                uint64_t target = (uint64_t)relocation->addend;

                if (r < 0)
                        break;
                if (relocation->kind == RELOCATION_IFUNC) {
                        r = addresses_add(starts, target);
                        continue;
                }
                if (relocation->kind == RELOCATION_SYMBOL &&
                        relocation->symbol < object->dynamic_symbols.count &&
                        object->dynamic_symbols.items[relocation->symbol].defined)
                        target += object->dynamic_symbols.items[relocation->symbol].address;
                else if (relocation->kind != RELOCATION_RELATIVE)
                        continue;
                if (object_is_code(object, target))
                        r = addresses_add(maybe, target);
        }
        return r;
}

/* An object at a fixed address has its pointers without relocations: any word may be one. */
static int add_words(
        const struct code *code, const struct functions *functions, struct addresses *maybe)
{
        const struct object *object = code->object;
        unsigned size = code->machine->pointer_size;
        const struct segment *segment;

        if (!object_is_fixed(object))
                return 0;
        vector_for_each(segment, &object->segments) {
                uint64_t first = (size - segment->address % size) % size;

                for (uint64_t at = first;
                        at < segment->file_size && segment->file_size - at >= size; at += size) {
                        uint64_t word = 0;
                        int r;

                        for (unsigned i = 0; i < size; i++)
                                word |= (uint64_t)segment->bytes[at + i] << (8 * i);
                        if (word == 0 || !object_is_code(object, word) ||
                                functions_at(functions, word) != SIZE_MAX)
                                continue;
                        r = addresses_add(maybe, word);
                        if (r < 0)
                                return r;
                }
        }
        return 0;
}

static int find_addresses(const struct code *code, const struct functions *functions,
        struct addresses *starts, struct addresses *maybe)
{
        const struct object *object = code->object;
        int r = 0;

        if (object->entry != 0)
                r = addresses_add(starts, object->entry);
        if (r == 0)
                r = add_all(starts, object->constructors.items, object->constructors.count);
        if (r == 0)
                r = add_all(starts, object->destructors.items, object->destructors.count);
        if (r == 0)
                r = add_symbol_addresses(object, object->dynamic_symbols.items,
                        object->dynamic_symbols.count, starts, maybe);
        if (r == 0)
                r = add_symbol_addresses(
                        object, object->symbols.items, object->symbols.count, starts, maybe);
        if (r == 0)
                r = add_relocations(object, starts, maybe);
        if (r == 0)
                r = add_words(code, functions, maybe);
        return r;
}

/* ---- Together ---- */

/* Only what nothing but padding divides from the next function runs on into it. */
static void settle_falls(const struct code *code, struct functions *functions)
{
        for (size_t i = 0; i < functions->items.count; i++) {
                struct function *function = &functions->items.items[i];
                uint64_t end = function->address + function->size;
                uint64_t next = i + 1 < functions->items.count ? function[1].address : 0;

                if (function->falls_through)
                        function->falls_through =
                                end <= next && code_behind_padding(code, end, next) == next;
        }
}

/*
 * Read-only data often lies in the same segment as the code, behind it. Where the code is
 * described, the described part is where undescribed code may be.
 */
static void drop_outside(
        const struct functions *functions, const struct addresses *starts, struct addresses *maybe)
{
        const struct function *items = functions->items.items;
        size_t count = functions->items.count, kept = 0;
        uint64_t from, to, described = 0;

        if (count == 0)
                return;
        from = items[0].address;
        to = items[count - 1].address + items[count - 1].size;
        for (size_t i = 0; i < count; i++)
                described += items[i].size;
        if (described < (to - from) / 2)
                return;
        if (starts->items.count > 0 && starts->items.items[0] < from)
                from = starts->items.items[0];
        if (starts->items.count > 0 && starts->items.items[starts->items.count - 1] > to)
                to = starts->items.items[starts->items.count - 1];
        for (size_t i = 0; i < maybe->items.count; i++)
                if (maybe->items.items[i] >= from && maybe->items.items[i] < to)
                        maybe->items.items[kept++] = maybe->items.items[i];
        maybe->items.count = kept;
}

static int search(const struct code *code, struct functions *functions)
{
        CLEANUP_REFERENCES struct references references = {};
        CLEANUP_ADDRESSES struct addresses starts = {};
        struct addresses *calls = &references.calls;
        int r;

        r = divide_linkage_tables(code, functions);
        if (r == 0)
                r = scan_all(code, functions, &references);
        if (r == 0)
                r = find_addresses(code, functions, &starts, &references.constants);
        if (r == 0)
                r = add_all(calls, starts.items.items, starts.items.count);
        addresses_sort(calls);
        if (r == 0)
                r = add_all(&starts, calls->items.items, calls->items.count);
        if (r == 0)
                r = add_all(&starts, references.jumps.items.items, references.jumps.items.count);
        addresses_sort(&starts);
        addresses_sort(&references.constants);
        drop_outside(functions, &starts, &references.constants);
        if (r == 0)
                r = trace_uncovered(code, functions, &starts, &references.constants, calls);
        addresses_sort(calls);
        if (r == 0)
                r = functions_divide(code, functions, calls);
        if (r == 0)
                settle_falls(code, functions);
        return r;
}

static int find(const struct object *object, struct functions *functions)
{
        const struct machine *machine = machine_of(object->abi);
        struct code code = {.object = object, .machine = machine};
        bool are_guessed;
        int r;

        r = add_source(object, frames_read, functions);
        if (r == 0)
                r = add_source(object, go_table_read, functions);
        if (r == 0)
                r = add_source(object, read_symbols, functions);
        are_guessed = functions->items.count == 0;
        if (r < 0 || !machine)
                return r;
        code.decoder = machine->decoder_new();
        if (!code.decoder)
                return -ENOMEM;
        r = search(&code, functions);
        functions->are_guessed = are_guessed;
        machine->decoder_free(code.decoder);
        return r;
}

int functions_find(const struct object *object, struct functions *ret, struct error *error)
{
        CLEANUP_FUNCTIONS struct functions functions = {};
        int r;

        r = find(object, &functions);
        if (r < 0)
                return error_set(error, -r, "%s: out of memory", object->path);
        *ret = functions;
        functions = (struct functions){};
        return 0;
}
