/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* A summary in which something of everything is. */

#include "base/strings.h"
#include "binary/test-summary.h"

/* Something of everything. */
static inline struct summary *sample_summary(void)
{
        struct summary *summary = summary_new();

        require(summary);
        summary->identity = strdup("cafe01-22");
        summary->abi = ABI_X86_64;
        summary->kind = OBJECT_PIE;
        summary->entry = 0x1000;
        summary->interpreter = strdup("/lib64/ld-linux-x86-64.so.2");
        summary->soname = strdup("libsample.so.1");
        summary->rpath = strdup("");
        require(strings_add(&summary->needed, "libc.so.6") == 0);
        require(strings_add(&summary->needed, "libm.so.6") == 0);
        summary->bind_now = summary->is_go = true;
        summary->undecoded = 3;

        put(&summary->exports, .name = put_text(summary, "read"),
                .version = put_text(summary, "V_1"), .kind = SYMBOL_IFUNC, .weak = true,
                .address = 0x1000, .size = 0x20);
        put(&summary->exports, .name = put_text(summary, "state"), .kind = SYMBOL_DATA,
                .version_hidden = true, .address = 0x4010, .size = 8);
        put(&summary->imports, .name = put_text(summary, "dlopen"), .weak = true);
        put(&summary->imports, .name = put_text(summary, "write"), .kind = SYMBOL_FUNCTION);
        put(&summary->functions, .address = 0x1000, .size = 0x20, .facts = 0, .fact_count = 5);
        put(&summary->functions, .address = 0x1020, .size = 0x40, .name = put_text(summary, "main"),
                .facts = 5, .fact_count = 6);
        put(&summary->numbers, -1);
        put(&summary->numbers, 60);
        put(&summary->numbers, (int64_t)put_text(summary, "/etc/hosts"));
        put(&summary->values, .kind = VALUE_NUMBERS, .first = 0, .count = 2);
        put(&summary->values, .kind = VALUE_STRINGS, .first = 2, .count = 1);
        put(&summary->values, .kind = VALUE_ENTRY, .place = PLACE_COUNT - 1);
        put(&summary->values, .kind = VALUE_FIELD, .place = 7, .offset = -8);
        put(&summary->values, .kind = VALUE_GLOBAL_FIELD, .offset = 0x4010, .second = 24);
        put(&summary->values, .kind = VALUE_FRAME, .first = 1, .count = 1);
        put(&summary->values, .kind = VALUE_FUNCTION, .first = 1);
        put(&summary->arguments, .place = 7, .value = 2);
        put(&summary->arguments, .place = PLACE_STACK + 15, .value = 7);
        put(&summary->sites, .address = 0x1024, .entry = KERNEL_ENTRY_INT80, .number = 1,
                .arguments = {2, 3, 0, 4, 5, 6});
        put(&summary->facts, .kind = FACT_CALL, .target = 1, .argument_count = 2, .address = 4);
        put(&summary->facts, .kind = FACT_CALL_IMPORT, .target = 1, .argument_count = 1,
                .arguments = 1, .address = 9);
        put(&summary->facts, .kind = FACT_TAKE, .target = 1);
        put(&summary->facts, .kind = FACT_TAKE_IMPORT, .target = 0, .offset = 8);
        put(&summary->facts, .kind = FACT_READ, .offset = 0x4000);
        put(&summary->facts, .kind = FACT_READ_IMPORT, .target = 1, .offset = -16);
        put(&summary->facts, .kind = FACT_REFER, .offset = 0x4010);
        put(&summary->facts, .kind = FACT_STRING, .target = (uint32_t)summary->numbers.items[2]);
        put(&summary->facts, .kind = FACT_STORE, .target = 7, .offset = 0x4010);
        put(&summary->facts, .kind = FACT_INDIRECT, .address = 0x3f);
        put(&summary->facts, .kind = FACT_SYSCALL, .target = 0, .address = 4);
        put(&summary->pointers, .address = 0x4000, .target = 0x1020, .is_ifunc = true);
        put(&summary->pointers, .address = 0x4008, .target = 1, .is_import = true, .addend = -4);
        put(&summary->pointers, .address = 0x4020, .target = 1, .is_import = true, .is_copy = true);
        put(&summary->segments, .address = 0x1000, .size = 0x100);
        put(&summary->segments, .address = 0x4000, .size = 0x40);
        put(&summary->cuts, 0x4000);
        put(&summary->cuts, 0x4008);
        put(&summary->constructors, 0);
        put(&summary->destructors, 1);
        put(&summary->destructors, 0);
        require(summary_order(summary) == 0);
        return summary;
}
