/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "search/minimise.h"

/* A set fails where it holds all of these, up to -1. */
struct culprits {
        const int *members;
        unsigned asked;
        unsigned refuse_after; /* 0: never */
};

static int fails(bool *const *subsets, size_t count, size_t size, bool *ret_fails, void *context,
        struct error *error)
{
        struct culprits *culprits = context;

        (void)size;
        (void)error;
        culprits->asked += count;
        if (culprits->refuse_after && culprits->asked > culprits->refuse_after)
                return -EINTR;
        for (size_t i = 0; i < count; i++) {
                ret_fails[i] = true;
                for (const int *member = culprits->members; *member >= 0; member++)
                        ret_fails[i] = ret_fails[i] && subsets[i][*member];
        }
        return 0;
}

static void check(const int *members, size_t size, unsigned most)
{
        struct culprits culprits = {.members = members};
        bool set[64];
        bool expected[64] = {};

        for (size_t i = 0; i < size; i++)
                set[i] = true;
        for (const int *member = members; *member >= 0; member++)
                expected[*member] = true;
        assert_int_equal(minimise(set, size, fails, &culprits, NULL), 0);
        assert_memory_equal(set, expected, size);
        assert_true(culprits.asked <= most);
}

static void test_one(void **state)
{
        (void)state;
        check((const int[]){0, -1}, 64, 16);
        check((const int[]){63, -1}, 64, 16);
        check((const int[]){1, -1}, 2, 2);
}

static void test_several(void **state)
{
        (void)state;
        check((const int[]){3, 40, -1}, 64, 200);
        check((const int[]){0, 1, 2, -1}, 3, 20);
        check((const int[]){5, 17, 60, -1}, 61, 300);
}

static void test_all_of_them(void **state)
{
        (void)state;
        check((const int[]){0, 1, 2, 3, 4, 5, 6, 7, -1}, 8, 100);
}

static void test_only_members(void **state)
{
        struct culprits culprits = {.members = (const int[]){6, 9, -1}};
        bool set[12] = {[2] = true, [6] = true, [9] = true, [11] = true};
        const bool expected[12] = {[6] = true, [9] = true};

        (void)state;
        assert_int_equal(minimise(set, 12, fails, &culprits, NULL), 0);
        assert_memory_equal(set, expected, sizeof(set));
}

static void test_ends_when_told(void **state)
{
        struct culprits culprits = {.members = (const int[]){3, 40, -1}, .refuse_after = 10};
        bool set[64];

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(set); i++)
                set[i] = true;
        assert_int_equal(minimise(set, 64, fails, &culprits, NULL), -EINTR);
        assert_true(set[3] && set[40]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_one),
                cmocka_unit_test(test_several),
                cmocka_unit_test(test_all_of_them),
                cmocka_unit_test(test_only_members),
                cmocka_unit_test(test_ends_when_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
