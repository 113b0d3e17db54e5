/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "observe/observation.h"

static struct feature number(int value)
{
        return (struct feature){FEATURE_SYSCALL, ABI_X86_64, value};
}

static void add(struct observation *observation, int value, uint64_t count)
{
        struct observed_call *call = observation_call(observation, number(value));

        assert_non_null(call);
        call->count += count;
}

static void test_calls_are_sorted_and_unique(void **state)
{
        struct observation observation CLEANUP_OBSERVATION = {};
        static const int numbers[] = {7, 3, 9, 3, 0, 7, 8};

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
                add(&observation, numbers[i], 1);
        assert_int_equal(observation.calls.count, 5);
        for (size_t i = 1; i < observation.calls.count; i++)
                assert_true(feature_compare(&observation.calls.items[i - 1].feature,
                                    &observation.calls.items[i].feature) < 0);
        assert_int_equal(observation_find(&observation, number(3))->count, 2);
        assert_int_equal(observation_find(&observation, number(8))->count, 1);
        assert_null(observation_find(&observation, number(4)));
        assert_null(observation_find(&observation, number(10)));
        observation_remove(&observation, number(4));
        observation_remove(&observation, number(3));
        assert_int_equal(observation.calls.count, 4);
        assert_null(observation_find(&observation, number(3)));
        assert_non_null(observation_find(&observation, number(7)));
}

static void test_details_are_sorted_and_summed(void **state)
{
        struct observation observation CLEANUP_OBSERVATION = {};
        struct observed_call *call = observation_call(&observation, number(1));

        (void)state;
        assert_int_equal(observed_call_add_error(call, EINTR, 2), 0);
        assert_int_equal(observed_call_add_error(call, ENOENT, 1), 0);
        assert_int_equal(observed_call_add_error(call, EINTR, 3), 0);
        assert_int_equal(observed_call_add_object(call, "/b", 1), 0);
        assert_int_equal(observed_call_add_object(call, "/a", 4), 0);
        assert_int_equal(observed_call_add_object(call, "/b", 1), 0);
        assert_int_equal(call->errors.count, 2);
        assert_int_equal(call->errors.items[0].errnum, ENOENT);
        assert_int_equal(call->errors.items[1].count, 5);
        assert_int_equal(call->objects.count, 2);
        assert_string_equal(call->objects.items[0].path, "/a");
        assert_int_equal(call->objects.items[1].count, 2);
}

static void test_merge_keeps_the_higher_count(void **state)
{
        struct observation into CLEANUP_OBSERVATION = {}, from CLEANUP_OBSERVATION = {};
        const struct observed_call *call;

        (void)state;
        add(&into, 1, 5);
        add(&into, 2, 1);
        add(&from, 2, 3);
        add(&from, 4, 1);
        observed_call_add_error(observation_call(&into, number(2)), EINTR, 4);
        observed_call_add_error(observation_call(&from, number(2)), EINTR, 1);
        observed_call_add_error(observation_call(&from, number(2)), ENOENT, 2);
        observed_call_add_object(observation_call(&from, number(2)), "/a", 2);
        assert_int_equal(observation_merge(&into, &from), 0);
        assert_int_equal(into.calls.count, 3);
        assert_int_equal(observation_find(&into, number(1))->count, 5);
        assert_int_equal(observation_find(&into, number(4))->count, 1);
        call = observation_find(&into, number(2));
        assert_int_equal(call->count, 3);
        assert_int_equal(call->errors.count, 2);
        assert_int_equal(call->errors.items[0].count, 2);
        assert_int_equal(call->errors.items[1].count, 4);
        assert_string_equal(call->objects.items[0].path, "/a");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_calls_are_sorted_and_unique),
                cmocka_unit_test(test_details_are_sorted_and_summed),
                cmocka_unit_test(test_merge_keeps_the_higher_count),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
