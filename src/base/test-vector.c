/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/vector.h"

/* Even numbers, of which there are none up to many. */
static void positions_are_those_of_the_first_not_before(void **state __attribute__((unused)))
{
        VECTOR(int) numbers = {};

        for (int count = 0; count < 20; count++) {
                int *added;

                for (int wanted = -1; wanted <= 2 * count; wanted++) {
                        int expected = (wanted + 1) / 2;

                        if (expected > count)
                                expected = count;
                        assert_int_equal(
                                vector_position(&numbers, number, *number < wanted), expected);
                }
                added = vector_add(&numbers);
                assert_non_null(added);
                *added = 2 * count;
        }
        assert_int_equal(array_position(numbers.items, 3, number, *number <= 100), 3);
        vector_clear(&numbers);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(positions_are_those_of_the_first_not_before),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
