/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "stats/holm.h"
#include "stats/test-close.h"

#define CLOSE 1e-12

static void check(const double *p, size_t count, const double *expected)
{
        double corrected[8];

        assert_int_equal(holm_correct(p, count, corrected), 0);
        for (size_t i = 0; i < count; i++)
                assert_close(corrected[i], expected[i], CLOSE);
}

static void test_by_hand(void **state)
{
        (void)state;
        check((const double[]){0.01}, 1, (const double[]){0.01});
        check((const double[]){0.01, 0.04, 0.03, 0.005}, 4,
                (const double[]){0.03, 0.06, 0.06, 0.02});
        /* A later product that is smaller takes the value before it: 3·0.02, 2·0.025, 0.04. */
        check((const double[]){0.02, 0.025, 0.04}, 3, (const double[]){0.06, 0.06, 0.06});
        check((const double[]){0.9, 0.6, 1}, 3, (const double[]){1, 1, 1});
        check((const double[]){0.2, 0.2}, 2, (const double[]){0.4, 0.4});
        check(NULL, 0, NULL);
}

static void test_in_place(void **state)
{
        double p[] = {0.04, 0.01};

        (void)state;
        assert_int_equal(holm_correct(p, 2, p), 0);
        assert_close(p[0], 0.04, CLOSE);
        assert_close(p[1], 0.02, CLOSE);
}

static void test_keeps_the_order(void **state)
{
        double p[100], corrected[100];

        (void)state;
        for (size_t i = 0; i < 100; i++)
                p[i] = (double)((i * 61) % 100) / 2000;
        assert_int_equal(holm_correct(p, 100, corrected), 0);
        for (size_t i = 0; i < 100; i++) {
                assert_true(corrected[i] >= p[i] && corrected[i] <= 1);
                for (size_t j = 0; j < 100; j++)
                        if (p[i] <= p[j])
                                assert_true(corrected[i] <= corrected[j]);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_by_hand),
                cmocka_unit_test(test_in_place),
                cmocka_unit_test(test_keeps_the_order),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
