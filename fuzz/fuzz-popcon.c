/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The popularity contest from any text: it must not crash; what it refuses it has to refuse with
 * one line that says where; what it accepts has shares from 0 to 1.
 */

#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "fuzz/message.h"
#include "metrics/popularity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP_POPULARITY struct popularity *popularity = NULL;
        struct error error = {};
        double share;

        if (popularity_parse("by_inst", (const char *)data, size, &popularity, &error) < 0) {
                if (popularity)
                        abort();
                require_place(error.message, "by_inst");
                return 0;
        }
        share = popularity_share(popularity, "adduser");
        if (!(share >= 0 && share <= 1))
                abort();
        return 0;
}
