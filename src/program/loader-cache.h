/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The cache /etc/ld.so.cache of ldconfig(8): names of libraries and where they are.
 *
 * There are two formats, and one file that holds both. The old one begins with "ld.so-1.7.0", the
 * number of entries, and entries of flags, offset of the name and offset of the path, relative to
 * the end of the entries. The new one, "glibc-ld.so.cache" "1.1", has a header of 48 bytes and
 * entries that add what the processor must be able to do; its offsets are relative to its header.
 * Where both are there, the new one follows the old one's entries, aligned to 8 bytes, and its
 * strings are also the old one's. Folders of glibc-hwcaps are listed in an extension behind the
 * strings. Source: sysdeps/generic/dl-cache.h of glibc, as a description of the format.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vector.h"

struct loader_cache_entry {
        const char *name, *path; /* of the cache */
        unsigned
                level; /* 0: for every processor; n: for those that can what x86-64-v(n + 1) asks */
        size_t number; /* in the file */
};

struct loader_cache {
        char *data; /* owned */
        VECTOR(struct loader_cache_entry) entries;
};

/*
 * Reads a cache, which is copied. Entries are taken whose flags are `flags` (kind of library and
 * machine) and whose level is at most `level`. Returns 0, -EBADMSG for what is no cache, a cut-off
 * one, or one with an entry that leads out of it, or -ENOMEM. `path` is for messages.
 */
int loader_cache_parse(const char *path, const void *data, size_t size, uint32_t flags,
        unsigned level, struct loader_cache *ret, struct error *error);

/* The path for a name: that of the highest level; NULL: none. */
const char *loader_cache_find(const struct loader_cache *cache, const char *name);

void loader_cache_clear(struct loader_cache *cache);
