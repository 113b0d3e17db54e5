/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "binary/columns.h"

struct item {
        uint64_t eight;
        int64_t number;
        uint32_t four;
        uint16_t two;
        uint8_t one;
};

static const struct column columns[] = {
        {offsetof(struct item, eight), 8, true, 0},
        {offsetof(struct item, number), 8, false, 0},
        {offsetof(struct item, four), 4, true, 0},
        {offsetof(struct item, two), 2, false, 0},
        {offsetof(struct item, one), 1, false, 0},
};

static const uint64_t no_limit[] = {UINT64_MAX};

#define CLEANUP_WRITER CLEANUP(writer_clear)

static void writer_clear(struct byte_writer *writer)
{
        free(writer->bytes);
}

static void pack(struct byte_writer *writer, const struct item *items, size_t count)
{
        columns_write(writer, items, count, sizeof(*items), columns, ARRAY_SIZE(columns));
        assert_false(writer->failed);
        assert_true(writer->size >= columns_size_min(count, ARRAY_SIZE(columns)));
}

static void assert_same_again(const struct item *items, size_t count)
{
        CLEANUP_WRITER struct byte_writer writer = {};
        CLEANUP_FREE struct item *again = calloc(count + 1, sizeof(*again));
        struct byte_reader reader;

        pack(&writer, items, count);
        reader = (struct byte_reader){.bytes = writer.bytes, .left = writer.size};
        columns_read(&reader, again, count, sizeof(*items), columns, ARRAY_SIZE(columns), no_limit);
        assert_false(reader.bad);
        assert_int_equal(reader.left, 0);
        for (size_t i = 0; i < count; i++) {
                assert_int_equal(items[i].eight, again[i].eight);
                assert_int_equal(items[i].number, again[i].number);
                assert_int_equal(items[i].four, again[i].four);
                assert_int_equal(items[i].two, again[i].two);
                assert_int_equal(items[i].one, again[i].one);
        }
        /* Not one behind them. */
        assert_int_equal(again[count].eight, 0);
}

static uint64_t next(uint64_t *state)
{
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        return *state;
}

/* Values of all sizes, in blocks that are full or not. */
static void test_round_trip(void **state)
{
        static const size_t counts[] = {0, 1, 2, 127, 128, 129, 1000};
        uint64_t seed = 88172645463325252u;

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
                for (unsigned shift = 0; shift < 64; shift += 7) {
                        CLEANUP_FREE struct item *items = calloc(counts[i] + 1, sizeof(*items));

                        for (size_t j = 0; j < counts[i]; j++)
                                items[j] = (struct item){
                                        .eight = next(&seed) >> shift,
                                        .number = (int64_t)next(&seed) >> shift,
                                        .four = (uint32_t)(next(&seed) >> shift),
                                        .two = (uint16_t)next(&seed),
                                        .one = (uint8_t)next(&seed),
                                };
                        assert_same_again(items, counts[i]);
                }
}

static void test_extremes(void **state)
{
        const struct item items[] = {
                {UINT64_MAX, INT64_MIN, UINT32_MAX, UINT16_MAX, UINT8_MAX},
                {},
                {UINT64_MAX, INT64_MAX, UINT32_MAX, UINT16_MAX, UINT8_MAX},
                {1, -1, 1, 1, 1},
        };

        (void)state;
        assert_same_again(items, ARRAY_SIZE(items));
}

/* A thousand that rise by small steps and an odd one take little more than a byte each. */
static void test_small(void **state)
{
        CLEANUP_WRITER struct byte_writer writer = {};
        struct item items[1000] = {};

        (void)state;
        for (size_t i = 0; i < 1000; i++)
                items[i].eight = UINT64_C(0x7fff00000000) + 200 * i + i % 7;
        items[500].eight += 3;
        pack(&writer, items, 1000);
        assert_true(writer.size < 1000 * 2);
}

static void test_limit(void **state)
{
        static const struct column column = {0, 8, false, 1};
        static const uint64_t limits[] = {UINT64_MAX, 1000};
        CLEANUP_WRITER struct byte_writer writer = {};
        uint64_t values[300] = {[5] = 1000, [299] = 1000}, again[300];
        struct byte_reader reader;

        (void)state;
        columns_write(&writer, values, 300, 8, &column, 1);
        reader = (struct byte_reader){.bytes = writer.bytes, .left = writer.size};
        columns_read(&reader, again, 300, 8, &column, 1, limits);
        assert_false(reader.bad);

        values[299] = 1001;
        writer.size = 0;
        columns_write(&writer, values, 300, 8, &column, 1);
        reader = (struct byte_reader){.bytes = writer.bytes, .left = writer.size};
        columns_read(&reader, again, 300, 8, &column, 1, limits);
        assert_true(reader.bad);
}

/* A value that its member cannot hold is damage, not a smaller value. */
static void test_too_large_for_member(void **state)
{
        static const struct column wide = {0, 8, false, 0}, narrow = {0, 2, false, 0};
        CLEANUP_WRITER struct byte_writer writer = {};
        uint64_t value = 0x10000;
        uint16_t again = 7;
        struct byte_reader reader;

        (void)state;
        columns_write(&writer, &value, 1, 8, &wide, 1);
        reader = (struct byte_reader){.bytes = writer.bytes, .left = writer.size};
        columns_read(&reader, &again, 1, 2, &narrow, 1, no_limit);
        assert_true(reader.bad);
}

static void test_cut_off(void **state)
{
        CLEANUP_WRITER struct byte_writer writer = {};
        struct item items[200] = {}, again[200];
        struct byte_reader reader;

        (void)state;
        for (size_t i = 0; i < 200; i++)
                items[i].number = (int64_t)(i * i);
        pack(&writer, items, 200);
        for (size_t size = 0; size < writer.size; size++) {
                CLEANUP_FREE uint8_t *copy = malloc(size + 1);

                memcpy(copy, writer.bytes, size);
                reader = (struct byte_reader){.bytes = copy, .left = size};
                columns_read(&reader, again, 200, sizeof(*again), columns, ARRAY_SIZE(columns),
                        no_limit);
                assert_true(reader.bad);
        }
}

static void test_senseless_width(void **state)
{
        static const struct column column = {0, 8, false, 0};
        uint8_t bytes[64] = {};
        uint64_t value;

        (void)state;
        for (unsigned width = 0; width < 256; width++) {
                struct byte_reader reader = {.bytes = bytes, .left = sizeof(bytes)};

                bytes[8] = (uint8_t)width;
                columns_read(&reader, &value, 1, 8, &column, 1, no_limit);
                assert_int_equal(reader.bad, !(width <= 2 || width == 4 || width == 8));
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_round_trip),
                cmocka_unit_test(test_extremes),
                cmocka_unit_test(test_small),
                cmocka_unit_test(test_limit),
                cmocka_unit_test(test_too_large_for_member),
                cmocka_unit_test(test_cut_off),
                cmocka_unit_test(test_senseless_width),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
