/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A cache of libraries from any bytes. It may not crash;
 * what is refused is refused with a message; what is found has the name it was looked up by.
 */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "fuzz/fuzz.h"
#include "program/loader-cache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP(loader_cache_clear) struct loader_cache cache = {};
        const struct loader_cache_entry *entry;
        struct error error = {};

        if (loader_cache_parse("cache", data, size, 0x0303, size % 4, &cache, &error) < 0) {
                if (strncmp(error.message, "cache: ", 7) != 0)
                        abort();
                return 0;
        }
        vector_for_each(entry, &cache.entries)
                if (!loader_cache_find(&cache, entry->name) || entry->level > size % 4 ||
                        strlen(entry->path) > size)
                        abort();
        if (cache.entries.count == 0 && loader_cache_find(&cache, "libc.so.6"))
                abort();
        return 0;
}
