/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "binary/test-summary.h"

#include "base/strings.h"

static struct summary *empty(void)
{
        struct summary *summary = summary_new();

        assert_non_null(summary);
        return summary;
}

static void assert_extent(
        const struct summary *summary, uint64_t address, uint64_t from, uint64_t to)
{
        uint64_t there_from = 1, there_to = 2;

        summary_extent(summary, address, &there_from, &there_to);
        assert_int_equal(there_from, from);
        assert_int_equal(there_to, to);
}

static void test_number_0_is_none(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = empty();

        (void)state;
        assert_string_equal(summary_text(summary, 0), "");
        assert_int_equal(summary->values.count, 1);
        assert_int_equal(summary->values.items[0].kind, VALUE_UNKNOWN);
        assert_null(summary_free(NULL));
}

/* Two segments: [0x1000, 0x2000) and [0x3000, 0x3100). */
static struct summary *with_data(void)
{
        struct summary *summary = empty();

        put(&summary->segments, 0x3000, 0x100);
        put(&summary->segments, 0x1000, 0x1000);
        put(&summary->data, 0x1100, 0x40);
        put(&summary->data, 0x30f0, 0x1000); /* longer than its segment */
        put(&summary->cuts, 0x1080);
        put(&summary->cuts, 0x1120); /* within a symbol: does not divide it */
        put(&summary->cuts, 0x1010);
        put(&summary->cuts, 0x1080);
        put(&summary->cuts, 0x3040);
        assert_int_equal(summary_order(summary), 0);
        return summary;
}

static void test_extent(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = with_data();

        (void)state;
        assert_extent(summary, 0x1000, 0x1000, 0x1010);
        assert_extent(summary, 0x1008, 0x1008, 0x1010);
        assert_extent(summary, 0x1010, 0x1010, 0x1080);
        assert_extent(summary, 0x1080, 0x1080, 0x1100);
        assert_extent(summary, 0x1100, 0x1100, 0x1140);
        assert_extent(summary, 0x1138, 0x1100, 0x1140);
        assert_extent(summary, 0x1140, 0x1140, 0x2000);
        assert_extent(summary, 0x3040, 0x3040, 0x30f0);
        assert_extent(summary, 0x30ff, 0x30f0, 0x3100);
}

static void test_extent_outside(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = with_data();

        (void)state;
        assert_extent(summary, 0, 0, 0);
        assert_extent(summary, 0x2000, 0x2000, 0x2000);
        assert_extent(summary, 0x3100, 0x3100, 0x3100);
        assert_extent(summary, UINT64_MAX, UINT64_MAX, UINT64_MAX);
}

static void test_extent_of_nothing(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = empty();

        (void)state;
        assert_extent(summary, 0x1000, 0x1000, 0x1000);
}

/* Symbols of one address or within one another count as the largest; senseless ones not at all. */
static void test_symbols_unite(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = empty();

        (void)state;
        put(&summary->segments, 0x1000, 0x1000);
        put(&summary->data, 0x1050, 0x10);
        put(&summary->data, 0x1010, 0x10);
        put(&summary->data, 0x1010, 0x08);
        put(&summary->data, 0x1018, 0x10);
        put(&summary->data, 0x1030, 0);
        put(&summary->data, 0x1040, UINT64_MAX);
        put(&summary->exports, .name = put_text(summary, "sized"), .kind = SYMBOL_DATA,
                .address = 0x1028, .size = 0x10);
        put(&summary->exports, .name = put_text(summary, "code"), .kind = SYMBOL_FUNCTION,
                .address = 0x1060, .size = 0x10);
        assert_int_equal(summary_order(summary), 0);

        assert_extent(summary, 0x1010, 0x1010, 0x1028);
        assert_extent(summary, 0x1020, 0x1010, 0x1028);
        assert_extent(summary, 0x1028, 0x1028, 0x1038);
        assert_extent(summary, 0x1040, 0x1040, 0x1050);
        assert_extent(summary, 0x1064, 0x1064, 0x2000);
        assert_int_equal(summary->data.count, 3);

        /* Once more changes nothing. */
        assert_int_equal(summary_order(summary), 0);
        assert_int_equal(summary->data.count, 3);
        assert_extent(summary, 0x1020, 0x1010, 0x1028);
}

static void test_function_at(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = empty();

        (void)state;
        assert_int_equal(summary_function_at(summary, 0), UINT32_MAX);
        put(&summary->functions, .address = 0x100, .size = 0x10);
        put(&summary->functions, .address = 0x110, .size = 1);
        put(&summary->functions, .address = UINT64_MAX - 1, .size = 2);

        assert_int_equal(summary_function_at(summary, 0xff), UINT32_MAX);
        assert_int_equal(summary_function_at(summary, 0x100), 0);
        assert_int_equal(summary_function_at(summary, 0x10f), 0);
        assert_int_equal(summary_function_at(summary, 0x110), 1);
        assert_int_equal(summary_function_at(summary, 0x111), UINT32_MAX);
        assert_int_equal(summary_function_at(summary, UINT64_MAX), 2);
}

static void assert_pointers(
        const struct summary *summary, uint64_t from, uint64_t to, uint64_t first, size_t count)
{
        const struct pointer *pointers;
        size_t there = 77;

        pointers = summary_pointers(summary, from, to, &there);
        assert_int_equal(there, count);
        if (count > 0)
                assert_int_equal(pointers->address, first);
}

static void test_pointers(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = empty();

        (void)state;
        assert_pointers(summary, 0, UINT64_MAX, 0, 0);
        put(&summary->pointers, .address = 0x30, .target = 3);
        put(&summary->pointers, .address = 0x10, .target = 1);
        put(&summary->pointers, .address = 0x20, .target = 2);
        assert_int_equal(summary_order(summary), 0);

        assert_pointers(summary, 0, UINT64_MAX, 0x10, 3);
        assert_pointers(summary, 0x10, 0x20, 0x10, 1);
        assert_pointers(summary, 0x11, 0x31, 0x20, 2);
        assert_pointers(summary, 0x31, 0x40, 0, 0);
        assert_pointers(summary, 0x30, 0x20, 0, 0);
}

static void assert_exports(const struct summary *summary, const char *name, size_t count)
{
        const struct summary_symbol *symbols;
        size_t there = 77;

        symbols = summary_exports(summary, name, &there);
        assert_int_equal(there, count);
        for (size_t i = 0; i < count; i++)
                assert_string_equal(summary_text(summary, symbols[i].name), name);
}

static void test_exports(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = empty();
        const struct summary_symbol *symbols;
        size_t count;

        (void)state;
        assert_exports(summary, "read", 0);
        put(&summary->exports, .name = put_text(summary, "write"));
        put(&summary->exports, .name = put_text(summary, "read"),
                .version = put_text(summary, "V2"), .address = 2);
        put(&summary->exports, .name = put_text(summary, "open"));
        put(&summary->exports, .name = put_text(summary, "read"),
                .version = put_text(summary, "V1"), .address = 1);
        assert_int_equal(summary_order(summary), 0);

        assert_exports(summary, "open", 1);
        assert_exports(summary, "read", 2);
        assert_exports(summary, "write", 1);
        assert_exports(summary, "rea", 0);
        assert_exports(summary, "zebra", 0);
        symbols = summary_exports(summary, "read", &count);
        assert_int_equal(symbols[0].address, 1);
        assert_int_equal(symbols[1].address, 2);
}

static void assert_place(const struct summary *summary, uint64_t address, const char *expected)
{
        CLEANUP_FREE char *name = summary_place_name(summary, address);

        assert_non_null(name);
        assert_string_equal(name, expected);
}

static void test_place_name(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = empty();

        (void)state;
        put(&summary->functions, .address = 0x100, .size = 0x20, .name = put_text(summary, "read"));
        put(&summary->functions, .address = 0x120, .size = 0x20);

        assert_place(summary, 0x100, "read");
        assert_place(summary, 0x112, "read+0x12");
        assert_place(summary, 0x130, "0x130");
        assert_place(summary, 0x1234, "0x1234");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_number_0_is_none),
                cmocka_unit_test(test_extent),
                cmocka_unit_test(test_extent_outside),
                cmocka_unit_test(test_extent_of_nothing),
                cmocka_unit_test(test_symbols_unite),
                cmocka_unit_test(test_function_at),
                cmocka_unit_test(test_pointers),
                cmocka_unit_test(test_exports),
                cmocka_unit_test(test_place_name),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
