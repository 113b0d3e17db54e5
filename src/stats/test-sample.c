/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stats/sample.h"
#include "stats/test-close.h"

static void test_median(void **state)
{
        double values[] = {5, 1, 4, 2};

        (void)state;
        assert_close(sample_median(values, 4), 3, 0);
        assert_close(values[0], 1, 0);
        assert_close(values[3], 5, 0);
        assert_close(sample_median(values, 3), 2, 0);
        assert_close(sample_median(values, 1), 1, 0);
        assert_true(isnan(sample_median(values, 0)));
}

static void test_dominance(void **state)
{
        static const double low[] = {1, 2, 3}, high[] = {4, 5}, mixed[] = {0, 2, 9, 9};

        (void)state;
        assert_close(sample_dominance(low, 3, high, 2), 1, 0);
        assert_close(sample_dominance(high, 2, low, 3), -1, 0);
        assert_close(sample_dominance(low, 3, low, 3), 0, 0);
        /* Above: 1 + 6 of 12 pairs; below: 3 + 1; one tie. */
        assert_close(sample_dominance(low, 3, mixed, 4), 3.0 / 12, 1e-12);
        assert_true(isnan(sample_dominance(low, 3, high, 0)));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_median),
                cmocka_unit_test(test_dominance),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
