/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The search for functions on any bytes: the same ones are code, .eh_frame, and Go's table. What is
 * found has to be in order, within the code, and not to overlap.
 */

#include <stdlib.h>

#include "binary/functions.h"
#include "fuzz/fuzz.h"

#define ADDRESS 0x1000

static void check(const struct functions *functions, size_t size)
{
        uint64_t end = ADDRESS;

        for (size_t i = 0; i < functions->items.count; i++) {
                const struct function *function = &functions->items.items[i];

                if (function->address < end || function->size == 0 ||
                        function->address - ADDRESS > size ||
                        function->size > size - (function->address - ADDRESS))
                        abort();
                end = function->address + function->size;
                if (functions_at(functions, function->address) != i ||
                        functions_at(functions, end - 1) != i)
                        abort();
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct segment segment = {
                .address = ADDRESS,
                .size = size,
                .file_size = size,
                .bytes = data,
                .executable = true,
        };
        struct object object = {
                .path = (char *)"fuzz",
                .kind = OBJECT_EXECUTABLE,
                .entry = ADDRESS,
                .segments = {.items = &segment, .count = 1},
                .eh_frame = data,
                .eh_frame_size = size,
                .eh_frame_address = ADDRESS,
                .go_table = data,
                .go_table_size = size,
                .go_table_address = ADDRESS,
        };
        CLEANUP_FUNCTIONS struct functions functions = {};

        if (size == 0)
                return 0;
        if (functions_find(&object, &functions, NULL) == 0)
                check(&functions, size);
        return 0;
}
