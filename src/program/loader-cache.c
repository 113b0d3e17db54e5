/* SPDX-License-Identifier: BSD-3-Clause */
#include "program/loader-cache.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/number.h"

#define OLD_MAGIC            "ld.so-1.7.0"
#define OLD_HEADER_SIZE      16
#define OLD_ENTRY_SIZE       12
#define NEW_MAGIC            "glibc-ld.so.cache1.1"
#define NEW_HEADER_SIZE      48
#define NEW_ENTRY_SIZE       24
#define NEW_ENDIANNESS       28 /* offset of a byte: 0 not told, 2 little, 3 big */
#define NEW_EXTENSION        32
#define HWCAP_EXTENSION      (UINT64_C(1) << 62) /* the low 32 bits are an index of the extension */
#define EXTENSION_MAGIC      UINT32_C(0xeaa42174)
#define EXTENSION_HWCAPS     1
#define EXTENSION_ENTRY_SIZE 16
#define LEVEL_NONE           UINT32_MAX /* of no processor that is known */

/* One cache while it is read. Everything is little-endian, as the machines are. */
struct reader {
        const char *path;
        const uint8_t *data;
        size_t size;
        size_t strings; /* to which the offsets of strings are relative */
        size_t hwcaps;  /* offset of a table of offsets of names; their count */
        size_t hwcaps_count;
        uint32_t flags;
        unsigned level;
        struct loader_cache *cache;
        struct error *error;
};

static uint32_t number32(const struct reader *reader, size_t offset)
{
        uint32_t number;

        memcpy(&number, reader->data + offset, sizeof(number));
        return number;
}

static uint64_t number64(const struct reader *reader, size_t offset)
{
        uint64_t number;

        memcpy(&number, reader->data + offset, sizeof(number));
        return number;
}

static int refuse(const struct reader *reader, const char *problem)
{
        return error_set(reader->error, EBADMSG, "%s: %s", reader->path, problem);
}

static bool starts_with(const struct reader *reader, size_t offset, const char *magic)
{
        size_t length = strlen(magic);

        return reader->size >= offset && reader->size - offset >= length &&
               memcmp(reader->data + offset, magic, length) == 0;
}

/* The string at an offset that counts from `base`, in the cache's own copy; NULL: none. */
static const char *string_at(const struct reader *reader, size_t base, uint32_t offset)
{
        size_t room;

        if (offset >= reader->size - base)
                return NULL;
        room = reader->size - base - offset;
        if (!memchr(reader->data + base + offset, 0, room < PATH_MAX ? room : PATH_MAX))
                return NULL;
        return reader->cache->data + base + offset;
}

/* Finds the table of names of glibc-hwcaps folders. An extension that is not understood is left. */
static int read_extension(struct reader *reader, size_t header)
{
        uint32_t extension = number32(reader, header + NEW_EXTENSION);
        uint32_t count, i;
        size_t section, offset, size;

        if (extension == 0)
                return 0;
        if (extension > reader->size || reader->size - extension < 8)
                return refuse(reader, "the extension lies outside of the file");
        if (number32(reader, extension) != EXTENSION_MAGIC)
                return 0;
        count = number32(reader, extension + 4);
        if (count > (reader->size - extension - 8) / EXTENSION_ENTRY_SIZE)
                return refuse(reader, "the extension is cut off");
        for (i = 0; i < count; i++) {
                section = extension + 8 + (size_t)i * EXTENSION_ENTRY_SIZE;
                if (number32(reader, section) != EXTENSION_HWCAPS)
                        continue;
                offset = number32(reader, section + 8);
                size = number32(reader, section + 12);
                if (offset > reader->size || size > reader->size - offset)
                        return refuse(reader, "a part of the extension lies outside of the file");
                reader->hwcaps = offset;
                reader->hwcaps_count = size / sizeof(uint32_t);
        }
        return 0;
}

/* The level of an entry, by what it asks of the processor. */
static uint32_t entry_level(const struct reader *reader, uint64_t hwcap)
{
        static const char prefix[] = "x86-64-v";
        const char *name = NULL;
        uint32_t index = (uint32_t)hwcap;
        uint64_t number;

        if (hwcap == 0)
                return 0;
        if (!(hwcap & HWCAP_EXTENSION) || (hwcap >> 32) != (HWCAP_EXTENSION >> 32))
                return LEVEL_NONE;
        if (index < reader->hwcaps_count)
                name = string_at(
                        reader, 0, number32(reader, reader->hwcaps + index * sizeof(uint32_t)));
        if (!name || strncmp(name, prefix, strlen(prefix)) != 0 ||
                unsigned_parse(name + strlen(prefix), 9, &number) < 0 || number < 2)
                return LEVEL_NONE;
        return number - 1;
}

static int add_entry(struct reader *reader, size_t number, size_t offset, uint64_t hwcap)
{
        struct loader_cache_entry *entry;
        const char *name, *path;
        uint32_t level;

        if (number32(reader, offset) != reader->flags)
                return 0;
        name = string_at(reader, reader->strings, number32(reader, offset + 4));
        path = string_at(reader, reader->strings, number32(reader, offset + 8));
        if (!name || !path)
                return refuse(reader, "an entry lies outside of the file");
        level = entry_level(reader, hwcap);
        if (level > reader->level)
                return 0;
        entry = vector_add(&reader->cache->entries);
        if (!entry)
                return error_set(reader->error, ENOMEM, "out of memory");
        *entry = (struct loader_cache_entry){
                .name = name,
                .path = path,
                .level = level,
                .number = number,
        };
        return 0;
}

static int read_new(struct reader *reader, size_t header)
{
        size_t offset = header + NEW_HEADER_SIZE;
        uint32_t count, i;
        uint8_t endianness;
        int r;

        if (reader->size < offset)
                return refuse(reader, "the header is cut off");
        endianness = reader->data[header + NEW_ENDIANNESS] & 3;
        if (endianness != 0 && endianness != 2)
                return refuse(reader, "made for a machine with another order of bytes");
        count = number32(reader, header + 20);
        if (count > (reader->size - offset) / NEW_ENTRY_SIZE)
                return refuse(reader, "the table of entries is cut off");
        reader->strings = header;
        r = read_extension(reader, header);
        for (i = 0; r == 0 && i < count; i++, offset += NEW_ENTRY_SIZE)
                r = add_entry(reader, i, offset, number64(reader, offset + 16));
        return r;
}

static int read_old(struct reader *reader)
{
        size_t offset = OLD_HEADER_SIZE, end;
        uint32_t count, i;
        int r = 0;

        if (reader->size < OLD_HEADER_SIZE)
                return refuse(reader, "the header is cut off");
        count = number32(reader, 12);
        if (count > (reader->size - OLD_HEADER_SIZE) / OLD_ENTRY_SIZE)
                return refuse(reader, "the table of entries is cut off");
        end = OLD_HEADER_SIZE + (size_t)count * OLD_ENTRY_SIZE;
        if (starts_with(reader, (end + 7) & ~(size_t)7, NEW_MAGIC))
                return read_new(reader, (end + 7) & ~(size_t)7);
        reader->strings = end;
        for (i = 0; r == 0 && i < count; i++, offset += OLD_ENTRY_SIZE)
                r = add_entry(reader, i, offset, 0);
        return r;
}

/* By name; the best comes first, and of equals the first in the file. */
static int compare(const void *left, const void *right)
{
        const struct loader_cache_entry *a = left, *b = right;
        int order = strcmp(a->name, b->name);

        if (order == 0)
                order = (a->level < b->level) - (a->level > b->level);
        return order ? order : (a->number > b->number) - (a->number < b->number);
}

int loader_cache_parse(const char *path, const void *data, size_t size, uint32_t flags,
        unsigned level, struct loader_cache *ret, struct error *error)
{
        CLEANUP(loader_cache_clear) struct loader_cache cache = {};
        struct reader reader = {
                .path = path,
                .data = data,
                .size = size,
                .flags = flags,
                .level = level,
                .cache = &cache,
                .error = error,
        };
        int r;

        cache.data = malloc(size ? size : 1);
        if (!cache.data)
                return error_set(error, ENOMEM, "out of memory");
        if (size > 0)
                memcpy(cache.data, data, size);
        if (starts_with(&reader, 0, NEW_MAGIC))
                r = read_new(&reader, 0);
        else if (starts_with(&reader, 0, OLD_MAGIC))
                r = read_old(&reader);
        else
                r = refuse(&reader, "no cache of libraries");
        if (r < 0)
                return r;
        if (cache.entries.count > 0)
                qsort(cache.entries.items, cache.entries.count, sizeof(*cache.entries.items),
                        compare);
        *ret = cache;
        cache = (struct loader_cache){};
        return 0;
}

const char *loader_cache_find(const struct loader_cache *cache, const char *name)
{
        size_t at = vector_position(&cache->entries, entry, strcmp(entry->name, name) < 0);

        if (at == cache->entries.count || strcmp(cache->entries.items[at].name, name) != 0)
                return NULL;
        return cache->entries.items[at].path;
}

void loader_cache_clear(struct loader_cache *cache)
{
        free(cache->data);
        cache->data = NULL;
        vector_clear(&cache->entries);
}
