/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The analysis of a small object of any bytes: what it finds has to be sound enough to be packed,
 * and to be unpacked again. The first byte chooses its kind, the second how much of the rest is
 * code; behind it are constants, variables, and relocations.
 */

#include <stdlib.h>

#include "binary/analysis.h"
#include "fuzz/fuzz.h"
#include "program/start.h"

#define ADDRESS          0x10000
#define RELOCATIONS_MAX  16
#define RELOCATION_BYTES 4

static void check(const struct summary *summary)
{
        CLEANUP_SUMMARY struct summary *unpacked = NULL;
        CLEANUP_FREE void *data = NULL;
        size_t size;

        if (summary_pack(summary, &data, &size) < 0)
                return;
        if (summary_unpack(data, size, &unpacked, NULL) < 0)
                abort();
}

static bool is_any(void *context, uint32_t function, const struct fact *call)
{
        (void)context;
        (void)function;
        return call != NULL;
}

/* How the program starts, of which only the entry point is looked at. */
static void check_start(const struct object *object)
{
        CLEANUP_SUMMARY struct summary *summary = NULL;
        struct start start;

        if (object_analyse_entry(object, &summary, NULL) == 0 &&
                start_find(summary, is_any, NULL, &start) && start.main >= summary->functions.count)
                abort();
}

/* Relocations, by address: a byte that says how far from the last one, a kind, an addend. */
static void add_relocations(
        struct object *object, const uint8_t *data, size_t size, uint64_t address)
{
        size_t count = size / RELOCATION_BYTES;

        for (size_t i = 0; i < count && i < RELOCATIONS_MAX; i++, data += RELOCATION_BYTES) {
                struct relocation *relocation = vector_add(&object->relocations);

                if (!relocation)
                        return;
                address += data[0];
                *relocation = (struct relocation){
                        .address = address,
                        .kind = (enum relocation_kind)(data[1] % (RELOCATION_OTHER + 1)),
                        .symbol = data[1] % 3,
                        .addend = ADDRESS + data[2] + 256 * (int8_t)data[3],
                };
        }
}

static void add_symbols(struct object *object, uint64_t data_address)
{
        const struct symbol symbols[] = {
                {.name = ""},
                {.name = "outside", .kind = SYMBOL_FUNCTION},
                {.name = "inside",
                        .address = data_address,
                        .size = 16,
                        .kind = SYMBOL_DATA,
                        .defined = true,
                        .exported = true},
        };

        for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
                struct symbol *symbol = vector_add(&object->dynamic_symbols);

                if (symbol)
                        *symbol = symbols[i];
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP_SUMMARY struct summary *summary = NULL;
        struct segment segments[3];
        struct object object = {.path = (char *)"fuzz", .identity = (char *)"fuzz"};
        uint64_t at = ADDRESS;

        if (size < 8)
                return 0;
        object.kind = (enum object_kind)(data[0] % (OBJECT_SHARED + 1));
        object.entry = ADDRESS;
        size -= 2;
        for (unsigned i = 0; i < 3; i++) {
                size_t part = i == 0 ? 1 + data[1] * (size - 3) / 256 : 1 + (size - 3) / (4 - i);

                if (part > size)
                        part = size;
                segments[i] = (struct segment){
                        .address = at,
                        .size = part,
                        .file_size = part,
                        .bytes = data + 2 + (at - ADDRESS),
                        .executable = i == 0,
                        .writable = i == 2,
                };
                at += part;
                size -= part;
        }
        if (segments[2].size == 0)
                return 0;
        object.segments.items = segments;
        object.segments.count = 3;
        add_symbols(&object, segments[1].address);
        add_relocations(&object, data + 2 + (at - ADDRESS), size, segments[1].address);
        if (object.dynamic_symbols.count == 3) {
                if (object_analyse(&object, &summary, NULL) == 0)
                        check(summary);
                check_start(&object);
        }
        vector_clear(&object.dynamic_symbols);
        vector_clear(&object.relocations);
        return 0;
}
