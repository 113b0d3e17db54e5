/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run/processors.h"

static void check(int first, int step, int count)
{
        struct processors processors;
        cpu_set_t all, both, common;

        CPU_ZERO(&all);
        for (int i = 0; i < count; i++)
                CPU_SET(first + i * step, &all);
        assert_int_equal(processors_divide(&all, &processors), count >= 2);
        if (count < 2)
                return;
        CPU_OR(&both, &processors.application, &processors.rest);
        CPU_AND(&common, &processors.application, &processors.rest);
        assert_true(CPU_EQUAL(&both, &all));
        assert_int_equal(CPU_COUNT(&common), 0);
        assert_int_equal(CPU_COUNT(&processors.application), (count + 1) / 2);
        assert_true(CPU_ISSET(first, &processors.rest));
}

static void test_divide(void **state)
{
        (void)state;
        check(0, 1, 0);
        check(3, 1, 1);
        check(0, 1, 2);
        check(5, 7, 3);
        check(1, 2, 64);
        check(0, 1, CPU_SETSIZE);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_divide),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
