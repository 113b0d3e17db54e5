/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "search/effect.h"

#define RUNS 10

/* A sample around `middle`, with the same small spread each time. */
static void fill(double *values, double middle, double spread, unsigned phase)
{
        for (unsigned i = 0; i < RUNS; i++)
                values[i] = middle + spread * (double)((i * 7 + phase * 3) % RUNS) / RUNS;
}

static struct feature_impact *add(struct impact_result *impact)
{
        struct feature_impact *feature = vector_add(&impact->features);

        assert_non_null(feature);
        return feature;
}

static void measure(struct feature_impact *feature, enum metric metric, double before, double after,
        double spread)
{
        double baseline[RUNS], variant[RUNS];

        fill(baseline, before, spread, 0);
        fill(variant, after, spread, 1);
        assert_int_equal(
                effect_estimate(baseline, RUNS, variant, RUNS, &feature->effects[metric]), 0);
}

/* Whether a change of the metric is flagged, among as many other tests that show nothing. */
static bool is_flagged(
        enum metric metric, double before, double after, double spread, unsigned others)
{
        struct impact_result impact = {.repeats = RUNS};
        bool flagged;

        measure(add(&impact), metric, before, after, spread);
        for (unsigned i = 0; i < others; i++)
                measure(add(&impact), METRIC_WALL, 1, 1, 0.5);
        assert_int_equal(effects_judge(&impact), 0);
        assert_int_equal(impact.tests, others + 1);
        for (unsigned i = 1; i <= others; i++)
                assert_false(impact.features.items[i].effects[METRIC_WALL].flagged);
        flagged = impact.features.items[0].effects[metric].flagged;
        vector_clear(&impact.features);
        return flagged;
}

static void test_large_change(void **state)
{
        (void)state;
        assert_true(is_flagged(METRIC_MEMORY, 8 << 20, 64 << 20, 4096, 0));
        assert_true(is_flagged(METRIC_MEMORY, 64 << 20, 8 << 20, 4096, 0));
        assert_true(is_flagged(METRIC_FILES, 5, 300, 0, 439));
        assert_true(is_flagged(METRIC_SCORE, 100, 106, 1, 0));
        assert_true(is_flagged(METRIC_NETWORK_BYTES, 0, 100000, 0, 0));
}

static void test_change_below_the_threshold(void **state)
{
        (void)state;
        /* Certain, but 4 % only. */
        assert_false(is_flagged(METRIC_SCORE, 100, 104, 1, 0));
        assert_false(is_flagged(METRIC_SCORE, 100, 96, 1, 0));
}

static void test_change_below_the_least(void **state)
{
        (void)state;
        assert_false(is_flagged(METRIC_SWITCHES, 1, 2, 0, 0));
        assert_false(is_flagged(METRIC_FILES, 3, 4, 0, 0));
        assert_false(is_flagged(METRIC_WALL, 0.001, 0.004, 0.0001, 0));
        assert_false(is_flagged(METRIC_MEMORY, 1 << 20, 5 << 18, 0, 0));
}

/* Nothing is certain where the samples overlap, however far apart their middles are. */
static void test_noise(void **state)
{
        (void)state;
        assert_false(is_flagged(METRIC_SCORE, 100, 100, 80, 0));
        assert_false(is_flagged(METRIC_SCORE, 100, 120, 80, 0));
}

/* Ten runs of each cannot tell anything apart that is one of 5,000 tests. */
static void test_many_tests(void **state)
{
        (void)state;
        assert_true(is_flagged(METRIC_SCORE, 100, 200, 1, 4000));
        assert_false(is_flagged(METRIC_SCORE, 100, 200, 1, 5000));
}

static void test_repeats_needed(void **state)
{
        struct impact_result impact = {};

        (void)state;
        for (unsigned i = 0; i < 12; i++)
                measure(add(&impact), METRIC_WALL, 1, 1, 0.5);
        assert_int_equal(effects_judge(&impact), 0);
        /* 12 · 2 / 252 = 0.095 with five, 12 · 2 / 924 = 0.026 with six. */
        assert_int_equal(impact.repeats_needed, 6);
        vector_clear(&impact.features);
        assert_int_equal(effects_judge(&impact), 0);
        assert_int_equal(impact.tests, 0);
}

static void test_estimate(void **state)
{
        double baseline[] = {4, 1, 3, 2, 5}, variant[] = {11, 14, 12, 13, 15};
        struct effect effect;

        (void)state;
        assert_int_equal(effect_estimate(baseline, 5, variant, 5, &effect), 0);
        assert_true(effect.measured);
        assert_true(effect.baseline == 3 && effect.variant == 13);
        assert_true(effect.shift == 10 && effect.dominance == 1);
        assert_true(fabs(effect.p - 2.0 / 252) < 1e-9);
        assert_true(effect.low <= 8 && effect.low > 6 && effect.high >= 12 && effect.high < 14);
        assert_true(fabs(effect_relative(&effect, effect.shift) - 10.0 / 3) < 1e-9);
        effect.baseline = 0;
        assert_true(isnan(effect_relative(&effect, effect.shift)));
}

static void test_nothing_measured(void **state)
{
        double few[] = {1, 2}, zeros[] = {0, 0, 0}, ones[] = {1, 1, 1};
        struct effect effect;

        (void)state;
        assert_int_equal(effect_estimate(few, 2, ones, 3, &effect), 0);
        assert_false(effect.measured);
        assert_int_equal(effect_estimate(ones, 3, few, 2, &effect), 0);
        assert_false(effect.measured);
        assert_int_equal(effect_estimate(zeros, 3, zeros, 3, &effect), 0);
        assert_false(effect.measured);
        assert_int_equal(effect_estimate(zeros, 3, ones, 3, &effect), 0);
        assert_true(effect.measured);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_large_change),
                cmocka_unit_test(test_change_below_the_threshold),
                cmocka_unit_test(test_change_below_the_least),
                cmocka_unit_test(test_noise),
                cmocka_unit_test(test_many_tests),
                cmocka_unit_test(test_repeats_needed),
                cmocka_unit_test(test_estimate),
                cmocka_unit_test(test_nothing_measured),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
