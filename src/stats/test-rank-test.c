/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "stats/rank-test.h"
#include "stats/test-close.h"

#define CLOSE 1e-12

static struct rank_test run(const double *x, size_t m, const double *y, size_t n)
{
        struct rank_test test = {};

        assert_int_equal(rank_test(x, m, y, n, &test), 0);
        return test;
}

/* U by its definition: pairs in which y is above x. */
static double pairs_above(const double *x, size_t m, const double *y, size_t n)
{
        double u = 0;

        for (size_t i = 0; i < m; i++)
                for (size_t j = 0; j < n; j++)
                        u += y[j] > x[i] ? 1 : y[j] == x[i] ? 0.5 : 0;
        return u;
}

/* p by its definition: of all ways to choose which values are y's, those with U as far out. */
static double enumerate(const double *x, size_t m, const double *y, size_t n)
{
        double pool[24], left[24], right[24], far = 0, all = 0, distance;
        size_t count = m + n, l, r;

        assert_true(count <= ARRAY_SIZE(pool));
        for (size_t i = 0; i < count; i++)
                pool[i] = i < m ? x[i] : y[i - m];
        distance = fabs(pairs_above(x, m, y, n) - (double)(m * n) / 2);
        for (uint32_t chosen = 0; chosen < 1u << count; chosen++) {
                if ((size_t)__builtin_popcount(chosen) != n)
                        continue;
                l = r = 0;
                for (size_t i = 0; i < count; i++)
                        if (chosen & 1u << i)
                                right[r++] = pool[i];
                        else
                                left[l++] = pool[i];
                all++;
                if (fabs(pairs_above(left, m, right, n) - (double)(m * n) / 2) >= distance)
                        far++;
        }
        return far / all;
}

static double uniform(uint64_t *state)
{
        /* Knuth's MMIX generator: the same numbers everywhere. */
        *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (double)(*state >> 11) / (double)(UINT64_C(1) << 53);
}

static void test_definition(void **state)
{
        uint64_t seed = 1;
        double x[6], y[6], levels[] = {3, 8, 1000};
        struct rank_test test;

        (void)state;
        /* Few levels: many ties. */
        for (size_t level = 0; level < ARRAY_SIZE(levels); level++)
                for (unsigned i = 0; i < 40; i++) {
                        size_t m = 1 + (size_t)(uniform(&seed) * 6);
                        size_t n = 1 + (size_t)(uniform(&seed) * 6);

                        for (size_t j = 0; j < 6; j++) {
                                x[j] = floor(uniform(&seed) * levels[level]);
                                y[j] = floor(uniform(&seed) * levels[level] + i % 3);
                        }
                        test = run(x, m, y, n);
                        assert_close(test.u, pairs_above(x, m, y, n), CLOSE);
                        assert_close(test.p, enumerate(x, m, y, n), CLOSE);
                }
}

/*
 * M. Hollander, D. A. Wolfe, "Nonparametric Statistical Methods", 1973, page 69: permeability of a
 * membrane; W = 35, one-sided p = 0.127.
 */
static void test_textbook(void **state)
{
        static const double at_term[] = {
                0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
        static const double early[] = {1.15, 0.88, 0.90, 0.74, 1.21};
        struct rank_test test = run(early, 5, at_term, 10);

        (void)state;
        assert_close(test.u, 35, CLOSE);
        assert_close(test.p, 2 * 0.1272, 0.0001);
}

/* Critical values for a two-sided test at 0.05: S. Siegel, "Nonparametric Statistics", 1956, table
 * K. */
static void test_critical(void **state)
{
        static const struct {
                size_t m, n, u; /* U up to u is significant */
        } rows[] = {{5, 5, 2}, {5, 10, 8}, {8, 8, 13}, {10, 10, 23}, {12, 15, 49}, {20, 20, 127}};
        size_t critical;

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                assert_int_equal(rank_test_critical(rows[i].m, rows[i].n, 0.025, &critical), 0);
                assert_int_equal(critical, rows[i].u + 1);
        }
        assert_int_equal(rank_test_critical(3, 3, 0.025, &critical), 0);
        assert_int_equal(critical, 0);
        assert_int_equal(rank_test_critical(0, 3, 0.025, &critical), 0);
        assert_int_equal(critical, 0);
}

/* Where the exact distribution ends, the approximation goes on without a step. */
static void test_approximation_joins(void **state)
{
        double x[21], y[21];
        struct rank_test exact, approximate;
        size_t below, above;

        (void)state;
        for (unsigned apart = 0; apart <= 9; apart += 3) {
                for (size_t i = 0; i < 21; i++) {
                        x[i] = (double)i * 2;
                        y[i] = (double)i * 2 + 1 + apart;
                }
                exact = run(x, 20, y, 20);
                /* One more in the middle hardly moves anything. */
                x[20] = 19.5 + apart / 2.0;
                approximate = run(x, 21, y, 20);
                assert_close(approximate.p / exact.p, 1, 0.2);
        }
        assert_int_equal(rank_test_critical(20, 20, 0.025, &below), 0);
        assert_int_equal(rank_test_critical(21, 20, 0.025, &above), 0);
        assert_true(above > below && above <= below + 10);
}

static void test_ties_of_large_samples(void **state)
{
        double x[100], y[100];

        (void)state;
        /* Two values only: the rank test is then Fisher's, nearly. 50 of 100 against 70 of 100. */
        for (size_t i = 0; i < 100; i++) {
                x[i] = i < 50;
                y[i] = i < 70;
        }
        /* U = 50·70·½ + 50·70 + 50·30·½; sigma² by hand: 100·100/12·(201 - (80³-80+120³-120)/39800)
         */
        assert_close(run(x, 100, y, 100).u, 6000, CLOSE);
        assert_close(run(x, 100, y, 100).p,
                erfc((1000 - 0.5) / sqrt(10000.0 / 12 * (201 - 2239800.0 / 39800)) / M_SQRT2),
                CLOSE);
}

static void test_symmetry(void **state)
{
        uint64_t seed = 7;
        double x[30], y[30];
        size_t sizes[] = {4, 15, 30};
        struct rank_test forth, back;

        (void)state;
        for (size_t size = 0; size < ARRAY_SIZE(sizes); size++) {
                for (size_t i = 0; i < 30; i++) {
                        x[i] = floor(uniform(&seed) * 20);
                        y[i] = floor(uniform(&seed) * 20) + 4;
                }
                forth = run(x, sizes[size], y, sizes[size] - 1);
                back = run(y, sizes[size] - 1, x, sizes[size]);
                assert_close(forth.p, back.p, CLOSE);
                assert_close(forth.u + back.u, (double)(sizes[size] * (sizes[size] - 1)), CLOSE);
        }
}

/* Without a difference, p is below a level as often as the level says, and never much more. */
static void test_uniform_without_difference(void **state)
{
        static const double levels[] = {0.01, 0.05, 0.2, 0.5};
        static const size_t sizes[] = {10, 30};
        unsigned below[ARRAY_SIZE(levels)], rounds = 4000;
        uint64_t seed = 42;
        double x[30], y[30], p, expected, error;

        (void)state;
        for (size_t size = 0; size < ARRAY_SIZE(sizes); size++) {
                for (size_t level = 0; level < ARRAY_SIZE(levels); level++)
                        below[level] = 0;
                for (unsigned round = 0; round < rounds; round++) {
                        for (size_t i = 0; i < sizes[size]; i++) {
                                x[i] = uniform(&seed);
                                y[i] = uniform(&seed);
                        }
                        p = run(x, sizes[size], y, sizes[size]).p;
                        for (size_t level = 0; level < ARRAY_SIZE(levels); level++)
                                below[level] += p <= levels[level];
                }
                for (size_t level = 0; level < ARRAY_SIZE(levels); level++) {
                        expected = levels[level] * rounds;
                        error = 4 * sqrt(expected * (1 - levels[level]));
                        assert_true(below[level] <= expected + error);
                        /* The exact distribution has steps. */
                        assert_true(below[level] >= 0.8 * expected - error);
                }
        }
}

static void test_separated(void **state)
{
        static const double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
        static const double y[] = {11, 12, 13, 14, 15, 16, 17, 18, 19, 20};

        (void)state;
        /* 20 over 10 = 184,756 */
        assert_close(run(x, 10, y, 10).p, 2.0 / 184756, CLOSE);
        assert_close(run(y, 10, x, 10).p, 2.0 / 184756, CLOSE);
        assert_close(rank_test_least_p(10, 10), 2.0 / 184756, CLOSE);
        assert_close(rank_test_least_p(5, 3), 2.0 / 56, CLOSE);
        assert_close(rank_test_least_p(1, 1), 1, CLOSE);
        assert_true(rank_test_least_p(30, 30) < 1e-9);
        assert_true(rank_test_least_p(30, 30) > 0);
}

static void test_nothing_to_tell(void **state)
{
        static const double same[] = {3, 3, 3}, one[] = {4};

        (void)state;
        assert_close(run(same, 3, same, 3).p, 1, 0);
        assert_close(run(same, 3, one, 0).p, 1, 0);
        assert_close(run(same, 0, one, 1).p, 1, 0);
        assert_close(run(same, 1, one, 1).p, 1, 0);
        assert_close(rank_test_least_p(0, 3), 1, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_definition),
                cmocka_unit_test(test_textbook),
                cmocka_unit_test(test_critical),
                cmocka_unit_test(test_approximation_joins),
                cmocka_unit_test(test_ties_of_large_samples),
                cmocka_unit_test(test_symmetry),
                cmocka_unit_test(test_uniform_without_difference),
                cmocka_unit_test(test_separated),
                cmocka_unit_test(test_nothing_to_tell),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
