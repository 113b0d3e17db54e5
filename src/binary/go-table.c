/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Go's table of functions, as its linker writes it (cmd/link/internal/ld/pcln.go) and its run-time
 * library reads it (runtime/symtab.go). All versions begin with
 *
 *     u32 magic, u8 0, u8 0, u8 instruction alignment, u8 pointer size, word number of functions
 *
 * Up to 1.15, the rows follow: words of an address and of the offset of what is known about it.
 * From 1.16 on, the header has words with the offsets of its parts, the rows' one last; from 1.18
 * on, it has the address of the code too, and rows are u32 relative to that. The last row is
 * followed by the address where the code ends.
 */

#include <errno.h>
#include <string.h>

#include "binary/go-table.h"

#define HEADER_SIZE 8

static const struct version {
        uint32_t magic;
        uint8_t base_word; /* of the header: address of the code; 0: none */
        uint8_t rows_word; /* of the header: where the rows are; 0: after the header's words */
        uint8_t row_size;  /* of half of a row */
} versions[] = {
        {0xfffffffb, 0, 0, 8},
        {0xfffffffa, 0, 6, 8},
        {0xfffffff0, 2, 7, 4},
        {0xfffffff1, 2, 7, 4},
};

/* The table, and where its rows are. */
struct rows {
        const uint8_t *bytes;
        size_t count;
        unsigned size;
        uint64_t base;
};

static uint64_t read_number(const uint8_t *bytes, unsigned size)
{
        uint64_t value = 0;

        for (unsigned i = 0; i < size; i++)
                value |= (uint64_t)bytes[i] << (8 * i);
        return value;
}

static uint64_t header_word(const struct object *object, unsigned word)
{
        return read_number(object->go_table + HEADER_SIZE + 8 * word, 8);
}

/* The address of the code: the loader puts it there in position-independent programs, and the
 * newest linkers leave it out. */
static uint64_t find_base(const struct object *object, unsigned word)
{
        uint64_t address = object->go_table_address + HEADER_SIZE + 8 * word;
        const struct relocation *relocation;
        const struct symbol *symbol;
        size_t count;

        relocation = object_relocations(object, address, address + 8, &count);
        if (count > 0 && relocation->kind == RELOCATION_RELATIVE)
                return (uint64_t)relocation->addend;
        if (header_word(object, word) != 0)
                return header_word(object, word);
        vector_for_each(symbol, &object->symbols) {
                if (strcmp(symbol->name, "runtime.text") == 0)
                        return symbol->address;
        }
        return 0;
}

static bool find_rows(const struct object *object, struct rows *ret)
{
        const struct version *version = NULL;
        uint64_t count, offset;
        size_t words;

        if (object->go_table_size < HEADER_SIZE + 8 || object->go_table[7] != 8)
                return false;
        for (size_t i = 0; i < ARRAY_SIZE(versions); i++)
                if (versions[i].magic == read_number(object->go_table, 4))
                        version = &versions[i];
        if (!version)
                return false;
        words = version->rows_word ? version->rows_word + 1u : 1;
        if (object->go_table_size < HEADER_SIZE + 8 * words)
                return false;
        count = header_word(object, 0);
        offset = version->rows_word ? header_word(object, version->rows_word) : HEADER_SIZE + 8;
        if (offset > object->go_table_size ||
                count > (object->go_table_size - offset) / (2u * version->row_size))
                return false;
        *ret = (struct rows){
                .bytes = object->go_table + offset,
                .count = count,
                .size = version->row_size,
                .base = version->base_word ? find_base(object, version->base_word) : 0,
        };
        /* The address that ends the last one. */
        if (object->go_table_size - offset - count * 2 * version->row_size < version->row_size)
                ret->count = count > 0 ? count - 1 : 0;
        return !version->base_word || ret->base != 0;
}

int go_table_read(const struct object *object, struct functions *ret)
{
        struct rows rows;

        if (!object->go_table || !find_rows(object, &rows))
                return 0;
        for (size_t i = 0; i < rows.count; i++) {
                const uint8_t *row = rows.bytes + i * 2 * rows.size;
                uint64_t from = rows.base + read_number(row, rows.size);
                uint64_t to = rows.base + read_number(row + 2 * rows.size, rows.size);
                struct function *function;

                if (to <= from)
                        continue;
                function = vector_add(&ret->items);
                if (!function)
                        return -ENOMEM;
                *function = (struct function){.address = from, .size = to - from};
        }
        return 0;
}
