/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A packed summary, cut off and changed as the input says, with a checksum that is right: no crash;
 * what is accepted can be asked anything, and packed again comes out as it is. The input is the
 * size to keep (2 bytes, 0: all), and three bytes for each change: where, and which bits.
 */

#include <stdlib.h>
#include <string.h>

#include "binary/summary-pack.h"
#include "binary/test-summary-sample.h"
#include "fuzz/fuzz.h"

static void ask(const struct summary *summary)
{
        const struct summary_symbol *symbol;
        const struct pointer *pointer;
        uint64_t from, to;
        size_t count;

        vector_for_each(pointer, &summary->pointers) {
                summary_extent(summary, pointer->target, &from, &to);
                if (from > to || from > pointer->target)
                        abort();
                if (summary_pointers(summary, pointer->address, pointer->address + 1, &count) >
                                pointer ||
                        (count == 0 && pointer->address != UINT64_MAX))
                        abort();
        }
        vector_for_each(symbol, &summary->exports) {
                CLEANUP_FREE char *name = summary_place_name(summary, symbol->address);
                const struct summary_symbol *found =
                        summary_exports(summary, summary_text(summary, symbol->name), &count);

                if (!name || found > symbol || symbol >= found + count)
                        abort();
        }
}

static void pack(const struct summary *summary, void **ret, size_t *ret_size)
{
        if (summary_pack(summary, ret, ret_size) < 0)
                abort();
}

/* Accepted or not: a summary that is accepted is sound. */
static void check(const void *data, size_t size, bool must_be_accepted)
{
        CLEANUP_SUMMARY struct summary *summary = NULL, *again = NULL;
        CLEANUP_FREE void *packed = NULL, *packed_again = NULL;
        size_t packed_size, again_size;
        struct error error = {};

        if (summary_unpack(data, size, &summary, &error) < 0) {
                if (error.message[0] == '\0' || must_be_accepted)
                        abort();
                return;
        }
        ask(summary);
        pack(summary, &packed, &packed_size);
        if (summary_unpack(packed, packed_size, &again, &error) < 0)
                abort();
        pack(again, &packed_again, &again_size);
        if (again_size != packed_size || memcmp(packed, packed_again, again_size) != 0)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP_SUMMARY struct summary *sample = sample_summary();
        CLEANUP_FREE void *packed = NULL;
        CLEANUP_FREE uint8_t *copy = NULL;
        size_t packed_size, wanted;

        pack(sample, &packed, &packed_size);
        if (size < 2) {
                check(packed, packed_size, true);
                return 0;
        }
        wanted = (data[0] | data[1] << 8) % packed_size;
        if (wanted == 0)
                wanted = packed_size;
        /* Of that size, so that a read past its end is seen. */
        copy = malloc(wanted);
        if (!copy)
                return 0;
        memcpy(copy, packed, wanted);
        for (size_t i = 2; i + 3 <= size; i += 3)
                copy[(data[i] | data[i + 1] << 8) % wanted] ^= data[i + 2];
        summary_seal(copy, wanted);
        check(copy, wanted, wanted == packed_size && size < 5);
        return 0;
}
