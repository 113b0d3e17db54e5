/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "program/loader-cache.h"

#define FLAGS     0x0303
#define EXTENSION (UINT64_C(1) << 62)

/* A cache that is put together from front to back. */
struct image {
        uint8_t bytes[2048];
        size_t size;
};

struct row {
        uint32_t flags;
        const char *name, *path;
        uint64_t hwcap;
};

static void put(struct image *image, const void *data, size_t size)
{
        assert_true(size <= sizeof(image->bytes) - image->size);
        memcpy(image->bytes + image->size, data, size);
        image->size += size;
}

static void put32(struct image *image, uint32_t number)
{
        put(image, &number, sizeof(number));
}

static size_t text_size(const struct row *row)
{
        return strlen(row->name) + 1 + strlen(row->path) + 1;
}

/* Entries whose strings begin `strings` bytes behind what their offsets are relative to. */
static void put_entries(
        struct image *image, const struct row *rows, size_t count, size_t strings, bool is_new)
{
        size_t i;

        for (i = 0; i < count; i++) {
                put32(image, rows[i].flags);
                put32(image, strings);
                put32(image, strings + strlen(rows[i].name) + 1);
                if (is_new) {
                        put32(image, 0);
                        put(image, &rows[i].hwcap, sizeof(rows[i].hwcap));
                }
                strings += text_size(&rows[i]);
        }
}

static void put_texts(struct image *image, const struct row *rows, size_t count)
{
        size_t i;

        for (i = 0; i < count; i++) {
                put(image, rows[i].name, strlen(rows[i].name) + 1);
                put(image, rows[i].path, strlen(rows[i].path) + 1);
        }
}

static void put_new(struct image *image, const struct row *rows, size_t count, uint32_t extension)
{
        static const uint8_t zeroes[12];
        size_t i, texts = 0;

        for (i = 0; i < count; i++)
                texts += text_size(&rows[i]);
        put(image, "glibc-ld.so.cache1.1", 20);
        put32(image, count);
        put32(image, texts);
        put32(image, 2); /* little-endian */
        put32(image, extension);
        put(image, zeroes, sizeof(zeroes));
        put_entries(image, rows, count, 48 + count * 24, true);
        put_texts(image, rows, count);
}

static void put_old(struct image *image, const struct row *rows, size_t count, bool with_texts)
{
        put(image, "ld.so-1.7.0", 12);
        put32(image, count);
        put_entries(image, rows, count, 0, false);
        if (with_texts)
                put_texts(image, rows, count);
}

/* The path that a cache has for a name; "" for none, and NULL for what is refused. */
static const char *look_up(const struct image *image, unsigned level, const char *name)
{
        static char answer[256];
        CLEANUP(loader_cache_clear) struct loader_cache cache = {};
        struct error error = {};
        const char *path;

        if (loader_cache_parse(
                    "ld.so.cache", image->bytes, image->size, FLAGS, level, &cache, &error) < 0) {
                assert_ptr_equal(strstr(error.message, "ld.so.cache: "), error.message);
                return NULL;
        }
        path = loader_cache_find(&cache, name);
        return path ? strcpy(answer, path) : "";
}

static const struct row libraries[] = {
        {0x0003, "libz.so.1", "/lib32/libz.so.1", 0},
        {FLAGS, "libz.so.1", "/lib/libz.so.1", 0},
        {FLAGS, "libz.so.1", "/usr/local/lib/libz.so.1", 0},
        {0x0803, "libx.so.1", "/libx32/libx.so.1", 0},
        {FLAGS, "libc.so.6", "/lib/libc.so.6", 0},
};
#define LIBRARIES (sizeof(libraries) / sizeof(libraries[0]))

static void test_new_format(void **state)
{
        struct image image = {};

        (void)state;
        put_new(&image, libraries, LIBRARIES, 0);
        assert_string_equal(look_up(&image, 0, "libz.so.1"), "/lib/libz.so.1");
        assert_string_equal(look_up(&image, 0, "libc.so.6"), "/lib/libc.so.6");
        assert_string_equal(look_up(&image, 0, "libx.so.1"), "");
        assert_string_equal(look_up(&image, 0, "libz.so"), "");
}

static void test_old_format(void **state)
{
        struct image image = {};

        (void)state;
        put_old(&image, libraries, LIBRARIES, true);
        assert_string_equal(look_up(&image, 0, "libz.so.1"), "/lib/libz.so.1");
        assert_string_equal(look_up(&image, 0, "libc.so.6"), "/lib/libc.so.6");
}

/* The new part counts; without what its entries say, the old one's strings would be garbage. */
static void test_both_formats(void **state)
{
        static const struct row other[] = {{FLAGS, "libc.so.6", "/old/libc.so.6", 0}};
        struct image image = {};

        (void)state;
        put_old(&image, other, 1, false);
        while (image.size % 8)
                put(&image, "", 1);
        put_new(&image, libraries, LIBRARIES, 0);
        assert_string_equal(look_up(&image, 0, "libc.so.6"), "/lib/libc.so.6");
}

static const struct row variants[] = {
        {FLAGS, "liba.so", "/lib/glibc-hwcaps/x86-64-v2/liba.so", EXTENSION | 0},
        {FLAGS, "liba.so", "/lib/glibc-hwcaps/x86-64-v3/liba.so", EXTENSION | 1},
        {FLAGS, "liba.so", "/lib/glibc-hwcaps/odd/liba.so", EXTENSION | 2},
        {FLAGS, "liba.so", "/lib/tls/liba.so", UINT64_C(1) << 63},
        {FLAGS, "liba.so", "/lib/far/liba.so", EXTENSION | 77},
        {FLAGS, "liba.so", "/lib/liba.so", 0},
};

static void put_variants(struct image *image)
{
        static const char names[] = "x86-64-v2\0x86-64-v3\0odd";
        struct image plain = {};
        uint32_t extension, offset;

        put_new(&plain, variants, 6, 0);
        extension = plain.size;
        put_new(image, variants, 6, extension);
        put32(image, UINT32_C(0xeaa42174));
        put32(image, 2);
        offset = extension + 8 + 2 * 16;
        put32(image, 0); /* which made it: not of interest */
        put32(image, 0);
        put32(image, offset);
        put32(image, 0);
        put32(image, 1);
        put32(image, 0);
        put32(image, offset);
        put32(image, 12);
        put32(image, offset + 12);
        put32(image, offset + 12 + 10);
        put32(image, offset + 12 + 20);
        put(image, names, sizeof(names));
}

static void test_processor_levels(void **state)
{
        struct image image = {};

        (void)state;
        put_variants(&image);
        assert_string_equal(look_up(&image, 0, "liba.so"), "/lib/liba.so");
        assert_string_equal(look_up(&image, 1, "liba.so"), variants[0].path);
        assert_string_equal(look_up(&image, 3, "liba.so"), variants[1].path);
}

static void test_refused(void **state)
{
        struct image image = {}, broken;
        size_t size;

        (void)state;
        assert_null(look_up(&image, 0, "libc.so.6"));
        put(&image, "ld.so-1.8.0 and more", 20);
        assert_null(look_up(&image, 0, "libc.so.6"));

        image.size = 0;
        put_new(&image, libraries, LIBRARIES, 0);
        for (size = 0; size < image.size; size++) {
                broken = image;
                broken.size = size;
                assert_null(look_up(&broken, 0, "libc.so.6"));
        }
        broken = image;
        broken.bytes[28] = 3; /* big-endian */
        assert_null(look_up(&broken, 0, "libc.so.6"));
        broken = image;
        broken.bytes[23] = 0xff; /* the number of entries */
        assert_null(look_up(&broken, 0, "libc.so.6"));
        broken = image;
        broken.bytes[32] = 0xff; /* the extension */
        broken.bytes[35] = 0xff;
        assert_null(look_up(&broken, 0, "libc.so.6"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_new_format),
                cmocka_unit_test(test_old_format),
                cmocka_unit_test(test_both_formats),
                cmocka_unit_test(test_processor_levels),
                cmocka_unit_test(test_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
