/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "stats/rank-test.h"
#include "stats/shift.h"
#include "stats/test-close.h"

#define CLOSE 1e-9

static struct shift estimate(const double *x, size_t m, const double *y, size_t n)
{
        struct shift shift = {};

        assert_int_equal(shift_estimate(x, m, y, n, 0.95, &shift), 0);
        return shift;
}

static double uniform(uint64_t *state)
{
        *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (double)(*state >> 11) / (double)(UINT64_C(1) << 53);
}

/* Hollander and Wolfe's example again: the estimate is 0.305. */
static void test_textbook(void **state)
{
        static const double at_term[] = {
                0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
        static const double early[] = {1.15, 0.88, 0.90, 0.74, 1.21};
        struct shift shift = estimate(early, 5, at_term, 10);

        (void)state;
        assert_close(shift.estimate, 0.305, CLOSE);
        assert_true(shift.low < 0 && shift.high > 0);
}

/* The interval is made of those shifts that the rank test does not refuse. */
static void test_interval_inverts_the_test(void **state)
{
        uint64_t seed = 5;
        double x[9], y[9], moved[9], at[] = {-0.01, 0.01};
        struct rank_test test;
        struct shift shift;

        (void)state;
        for (unsigned round = 0; round < 30; round++) {
                for (size_t i = 0; i < 9; i++) {
                        x[i] = uniform(&seed) * 100;
                        y[i] = uniform(&seed) * 100 + round;
                }
                shift = estimate(x, 9, y, 9);
                for (size_t end = 0; end < 4; end++) {
                        double by = (end < 2 ? shift.low : shift.high) + at[end % 2] * 1e-6;
                        bool inside = end == 1 || end == 2;

                        for (size_t i = 0; i < 9; i++)
                                moved[i] = y[i] - by;
                        assert_int_equal(rank_test(x, 9, moved, 9, &test), 0);
                        assert_true(inside ? test.p > 0.05 : test.p <= 0.05);
                }
        }
}

/* It covers the true shift at least as often as it says. */
static void test_coverage(void **state)
{
        uint64_t seed = 11;
        unsigned covered = 0, rounds = 2000;
        double x[10], y[10];
        struct shift shift;

        (void)state;
        for (unsigned round = 0; round < rounds; round++) {
                for (size_t i = 0; i < 10; i++) {
                        x[i] = uniform(&seed);
                        y[i] = uniform(&seed) + 3;
                }
                shift = estimate(x, 10, y, 10);
                covered += shift.low <= 3 && 3 <= shift.high;
        }
        assert_true(covered >= 0.94 * rounds);
        assert_true(covered <= 0.98 * rounds);
}

static void test_moves_along(void **state)
{
        static const double x[] = {1, 4, 2, 8, 5, 7}, y[] = {3, 9, 27, 81, 5, 6};
        struct shift before = estimate(x, 6, y, 6), after, back = estimate(y, 6, x, 6);
        double moved[6];

        (void)state;
        for (size_t i = 0; i < 6; i++)
                moved[i] = y[i] + 100;
        after = estimate(x, 6, moved, 6);
        assert_close(after.estimate, before.estimate + 100, CLOSE);
        assert_close(after.low, before.low + 100, CLOSE);
        assert_close(after.high, before.high + 100, CLOSE);
        assert_close(back.estimate, -before.estimate, CLOSE);
        assert_close(back.low, -before.high, CLOSE);
        assert_close(back.high, -before.low, CLOSE);
}

static void test_too_small(void **state)
{
        static const double x[] = {1, 2, 3}, y[] = {11, 12, 13};
        struct shift shift = estimate(x, 3, y, 3);

        (void)state;
        assert_close(shift.estimate, 10, CLOSE);
        assert_true(isinf(shift.low) && shift.low < 0);
        assert_true(isinf(shift.high) && shift.high > 0);
        assert_true(isnan(estimate(x, 3, y, 0).estimate));
        assert_true(isinf(estimate(x, 0, y, 3).low));
}

static void test_large(void **state)
{
        double x[60], y[60];
        struct shift shift;

        (void)state;
        for (size_t i = 0; i < 60; i++) {
                x[i] = (double)((i * 37) % 60);
                y[i] = (double)((i * 23) % 60) + 30;
        }
        shift = estimate(x, 60, y, 60);
        assert_close(shift.estimate, 30, CLOSE);
        assert_true(shift.low > 20 && shift.low < 28);
        assert_close(shift.high - 30, 30 - shift.low, CLOSE);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_textbook),
                cmocka_unit_test(test_interval_inverts_the_test),
                cmocka_unit_test(test_coverage),
                cmocka_unit_test(test_moves_along),
                cmocka_unit_test(test_too_small),
                cmocka_unit_test(test_large),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
