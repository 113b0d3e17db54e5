/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "profile/coverage.h"

static void add(struct profile *profile, const char *name, enum support support)
{
        struct feature feature;

        assert_int_equal(feature_parse(name, &feature, NULL), 0);
        assert_int_equal(profile_add_feature(profile, &feature, support, NULL, 0, NULL), 0);
}

static void assert_support(const struct profile *profile, const char *name, enum support expected)
{
        struct feature feature;

        assert_int_equal(feature_parse(name, &feature, NULL), 0);
        assert_string_equal(
                support_name(profile_support(profile, &feature)), support_name(expected));
}

static void test_calls_only(void **state)
{
        CLEANUP_PROFILE struct profile *profile = profile_new();

        (void)state;
        assert_non_null(profile);
        add(profile, "fcntl", SUPPORT_PARTIAL);
        add(profile, "read", SUPPORT_FULL);
        add(profile, "setuid", SUPPORT_FAKE);
        assert_int_equal(profile_finish(profile), 0);
        assert_support(profile, "read", SUPPORT_FULL);
        assert_support(profile, "setuid", SUPPORT_FAKE);
        assert_support(profile, "write", SUPPORT_MISSING);
        assert_support(profile, "i386:read", SUPPORT_MISSING);
        assert_support(profile, "fcntl:F_SETFL", SUPPORT_PARTIAL);
        assert_support(profile, "mmap:MAP_SHARED", SUPPORT_MISSING);
        assert_support(profile, "file:/proc/meminfo", SUPPORT_FULL);
}

static void test_more_than_calls(void **state)
{
        CLEANUP_PROFILE struct profile *profile = profile_new();

        (void)state;
        assert_non_null(profile);
        add(profile, "fcntl", SUPPORT_PARTIAL);
        add(profile, "mmap", SUPPORT_FULL);
        add(profile, "fcntl:F_SETFL", SUPPORT_FULL);
        add(profile, "fcntl:F_SETLK", SUPPORT_STUB);
        add(profile, "socket", SUPPORT_PARTIAL);
        add(profile, "socket:AF_INET", SUPPORT_FULL);
        add(profile, "file:/proc/meminfo", SUPPORT_FAKE);
        assert_int_equal(profile_finish(profile), 0);
        assert_support(profile, "fcntl:F_SETFL", SUPPORT_FULL);
        assert_support(profile, "fcntl:F_SETLK", SUPPORT_STUB);
        assert_support(profile, "fcntl:F_GETFL", SUPPORT_MISSING);
        assert_support(profile, "mmap:MAP_SHARED", SUPPORT_FULL);
        /* A list of the one selector's values says nothing about the other's. */
        assert_support(profile, "socket:SOCK_STREAM", SUPPORT_PARTIAL);
        assert_support(profile, "socket:AF_INET", SUPPORT_FULL);
        assert_support(profile, "socket:AF_INET6", SUPPORT_MISSING);
        assert_support(profile, "file:/proc/meminfo", SUPPORT_FAKE);
        assert_support(profile, "file:/proc/stat", SUPPORT_MISSING);
}

/* As plans take it: one that is missing says nothing of the others, a list of those that work does.
 */
static void test_list_of_a_whole_call(void **state)
{
        CLEANUP_PROFILE struct profile *profile = profile_new();

        (void)state;
        assert_non_null(profile);
        add(profile, "mmap", SUPPORT_FULL);
        add(profile, "mmap:MAP_SHARED", SUPPORT_MISSING);
        add(profile, "fcntl", SUPPORT_FULL);
        add(profile, "fcntl:F_SETFL", SUPPORT_FULL);
        add(profile, "madvise", SUPPORT_PARTIAL);
        add(profile, "madvise:MADV_FREE", SUPPORT_STUB);
        assert_int_equal(profile_finish(profile), 0);
        assert_support(profile, "mmap:MAP_SHARED", SUPPORT_MISSING);
        assert_support(profile, "mmap:MAP_PRIVATE", SUPPORT_FULL);
        assert_support(profile, "fcntl:F_GETFL", SUPPORT_FULL);
        assert_support(profile, "madvise:MADV_DONTNEED", SUPPORT_PARTIAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_calls_only),
                cmocka_unit_test(test_more_than_calls),
                cmocka_unit_test(test_list_of_a_whole_call),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
