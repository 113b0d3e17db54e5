/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/number.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define UNTOUCHED 77

static void expect_number(const char *text, uint64_t maximum, int result, uint64_t number)
{
        uint64_t ret = UNTOUCHED;

        assert_int_equal(unsigned_parse(text, maximum, &ret), result);
        assert_int_equal(ret, number);
}

static void expect_thousandths(const char *text, uint64_t maximum, int result, uint64_t number)
{
        uint64_t ret = UNTOUCHED;

        assert_int_equal(decimal_parse(text, maximum, &ret), result);
        assert_int_equal(ret, number);
}

static void test_number(void **state)
{
        (void)state;
        expect_number("0", 9, 0, 0);
        expect_number("0042", 42, 0, 42);
        expect_number("18446744073709551615", UINT64_MAX, 0, UINT64_MAX);
        expect_number("18446744073709551616", UINT64_MAX - 1, -ERANGE, UNTOUCHED);
        expect_number("43", 42, -ERANGE, UNTOUCHED);
        expect_number("", 9, -EINVAL, UNTOUCHED);
        expect_number("-1", 9, -EINVAL, UNTOUCHED);
        expect_number(" 1", 9, -EINVAL, UNTOUCHED);
        expect_number("1 ", 9, -EINVAL, UNTOUCHED);
        expect_number("1.0", 9, -EINVAL, UNTOUCHED);
}

static void test_thousandths(void **state)
{
        (void)state;
        expect_thousandths("2", 5000, 0, 2000);
        expect_thousandths("2.5", 5000, 0, 2500);
        expect_thousandths("0.125", 5000, 0, 125);
        expect_thousandths("5.000", 5000, 0, 5000);
        expect_thousandths("5.001", 5000, -ERANGE, UNTOUCHED);
        expect_thousandths("6", 5000, -ERANGE, UNTOUCHED);
        expect_thousandths("0.1234", 5000, -EINVAL, UNTOUCHED);
        expect_thousandths("1.", 5000, -EINVAL, UNTOUCHED);
        expect_thousandths(".5", 5000, -EINVAL, UNTOUCHED);
        expect_thousandths("1e3", 5000, -EINVAL, UNTOUCHED);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_number),
                cmocka_unit_test(test_thousandths),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
