/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/syscalls.h"
#include "dataset/catalogue.h"

static struct feature parsed(const char *name)
{
        struct feature feature;

        assert_int_equal(feature_parse(name, &feature, NULL), 0);
        return feature;
}

/* Every call of the native ABI has its number without being added. */
static void test_calls(void **state)
{
        CLEANUP_CATALOGUE struct catalogue *catalogue = catalogue_new();

        (void)state;
        assert_int_equal(catalogue_limit(catalogue), CATALOGUE_CALLS);
        assert_in_range(syscall_number_limit(abi_native()), 1, CATALOGUE_CALLS);
        for (int number = 0; number < CATALOGUE_CALLS; number++) {
                const struct feature call = {FEATURE_SYSCALL, abi_native(), number};

                assert_int_equal(catalogue_find(catalogue, &call), number);
                assert_int_equal(catalogue_add(catalogue, &call), number);
                assert_true(feature_equal(catalogue_feature(catalogue, number), call));
                assert_true(catalogue_is_call(number));
        }
        assert_int_equal(catalogue_limit(catalogue), CATALOGUE_CALLS);
}

/* What is no such call: added once, and found by what it is. */
static void test_others(void **state)
{
        CLEANUP_CATALOGUE struct catalogue *catalogue = catalogue_new();
        static const char *const names[] = {"fcntl:F_SETFL", "i386:read", "file:/proc/stat",
                "syscall_1024", "fcntl:F_GETFL", "i386:write", "file:/proc/self/maps"};
        struct feature feature;

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                feature = parsed(names[i]);
                assert_int_equal(catalogue_find(catalogue, &feature), -ENOENT);
                assert_int_equal(catalogue_add(catalogue, &feature), CATALOGUE_CALLS + i);
                assert_false(catalogue_is_call(CATALOGUE_CALLS + i));
        }
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                feature = parsed(names[i]);
                assert_int_equal(catalogue_find(catalogue, &feature), CATALOGUE_CALLS + i);
                assert_int_equal(catalogue_add(catalogue, &feature), CATALOGUE_CALLS + i);
                assert_true(
                        feature_equal(catalogue_feature(catalogue, CATALOGUE_CALLS + i), feature));
        }
        assert_int_equal(catalogue_limit(catalogue), CATALOGUE_CALLS + ARRAY_SIZE(names));
}

/* Far more than the first table holds, of two kinds whose numbers must not be mixed up. */
static void test_many(void **state)
{
        enum { COUNT = 20000 };
        CLEANUP_CATALOGUE struct catalogue *catalogue = catalogue_new();

        (void)state;
        for (unsigned pass = 0; pass < 2; pass++) {
                for (unsigned i = 0; i < COUNT; i++) {
                        struct feature file = {.kind = FEATURE_FILE};
                        const struct feature value = {FEATURE_SUBFEATURE, abi_native(), 16, 1, i};

                        snprintf(file.path, sizeof(file.path), "/proc/sys/a%u", i);
                        assert_int_equal(catalogue_add(catalogue, &file), CATALOGUE_CALLS + 2 * i);
                        assert_int_equal(
                                catalogue_add(catalogue, &value), CATALOGUE_CALLS + 2 * i + 1);
                        assert_int_equal(catalogue_find(catalogue, &file), CATALOGUE_CALLS + 2 * i);
                }
        }
        assert_int_equal(catalogue_limit(catalogue), CATALOGUE_CALLS + 2 * COUNT);
}

/* The order for people is that of features, whatever the order in which they came. */
static void test_order(void **state)
{
        static const char *const names[] = {
                "file:/proc/b", "fcntl:F_SETFL", "file:/proc/a", "i386:read", "fcntl:F_GETFL"};
        CLEANUP_CATALOGUE struct catalogue *catalogue = catalogue_new();
        unsigned numbers[ARRAY_SIZE(names) + 2] = {0, 334};

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                struct feature feature = parsed(names[i]);

                numbers[i + 2] = catalogue_add(catalogue, &feature);
        }
        for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
                for (size_t j = 0; j < ARRAY_SIZE(numbers); j++) {
                        struct feature a = catalogue_feature(catalogue, numbers[i]);
                        struct feature b = catalogue_feature(catalogue, numbers[j]);
                        int order = catalogue_compare(catalogue, numbers[i], numbers[j]);

                        assert_int_equal((order > 0) - (order < 0),
                                (feature_compare(&a, &b) > 0) - (feature_compare(&a, &b) < 0));
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_calls),
                cmocka_unit_test(test_others),
                cmocka_unit_test(test_many),
                cmocka_unit_test(test_order),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
