/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run/processors.h"
#include "search/impact.h"
#include "search/test-feigned-executor.h"

#define REPEATS 8

#define LITTLE ((uint64_t)8 << 20)
#define MUCH   ((uint64_t)64 << 20)

/* Memory by whether mlock is withheld, and never twice the same. */
static void end_run(
        const struct executor *executor, const struct job *job, struct run_record *record)
{
        record->has_usage = true;
        record->usage.memory = (lacks(job->policy, "mlock") ? MUCH : LITTLE) + executor->ended;
        record->total = 1;
}

/* As above; but each third run without mlock fails, long before it has taken any memory. */
static void end_some_early(
        const struct executor *executor, const struct job *job, struct run_record *record)
{
        end_run(executor, job, record);
        if (lacks(job->policy, "mlock") && job->attempt % 3 == 0) {
                record->outcome = (struct outcome){OUTCOME_CRASHED, 11};
                record->usage.memory = 4096;
        }
}

static void measure(struct executor *executor, struct analysis *analysis)
{
        const struct impact_options options = {
                .executor = executor,
                .limits = &limits,
                .repeats = REPEATS,
        };

        executor->jobs = 7;
        analysis->withholding = withholding;
        assert_int_equal(impact_measure(&options, analysis, NULL), 0);
        assert_int_equal(analysis->impact.repeats, REPEATS);
}

static void add_two(struct analysis *analysis)
{
        add(analysis, "madvise", true, true);
        add(analysis, "mlock", false, true);
}

/* Every run without a feature stands beside one with all, first and second in turn. */
static void test_runs_alternate(void **state)
{
        struct executor executor = {.end = end_run};
        CLEANUP_ANALYSIS struct analysis *analysis = analysis_new();

        (void)state;
        add_two(analysis);
        measure(&executor, analysis);
        assert_int_equal(executor.list.count, 2 * 2 * REPEATS);
        for (size_t i = 0; i < executor.list.count; i++) {
                const struct job *job = &executor.list.items[i];
                size_t repeat = i / 4;
                /* The policies themselves are gone by now. */
                bool is_baseline = i % 2 == repeat % 2;

                assert_int_equal(job->policy == NULL, is_baseline);
                assert_int_equal(executor.records.items[i]->usage.memory > MUCH,
                        !is_baseline && i / 2 % 2 == 1);
        }
        executor_clear(&executor);
}

/* None is at the side of another, and what is unmodified is otherwise as what is not. */
static void test_runs_are_alike(void **state)
{
        struct executor executor = {.end = end_run};
        CLEANUP_ANALYSIS struct analysis *analysis = analysis_new();
        struct processors processors;
        bool can_pin = processors_find(&processors);

        (void)state;
        add_two(analysis);
        measure(&executor, analysis);
        assert_int_equal(executor.jobs, 1);
        assert_int_equal(analysis->impact.pinned, can_pin);
        for (size_t i = 0; i < executor.list.count; i++) {
                const struct job *job = &executor.list.items[i];

                assert_true(job->sample && job->filter_always);
                assert_int_equal(job->processors != NULL, can_pin);
                assert_true(job->timeout_total == executor.list.items[0].timeout_total);
                /* Else one would be taken for the other's repetition. */
                for (size_t j = 0; j < i; j++)
                        assert_false(executor.list.items[j].policy == job->policy &&
                                     executor.list.items[j].attempt == job->attempt);
        }
        executor_clear(&executor);
}

static void test_which_is_which(void **state)
{
        struct executor executor = {.end = end_run};
        CLEANUP_ANALYSIS struct analysis *analysis = analysis_new();
        const struct effect *effect;

        (void)state;
        add_two(analysis);
        measure(&executor, analysis);
        assert_int_equal(analysis->impact.features.count, 2);
        assert_false(analysis->impact.features.items[0].effects[METRIC_MEMORY].flagged);
        effect = &analysis->impact.features.items[1].effects[METRIC_MEMORY];
        assert_true(effect->flagged);
        assert_true(effect->baseline < LITTLE + 1000 && effect->variant > MUCH);
        assert_true(effect->shift > 0 && effect->dominance == 1);
        executor_clear(&executor);
}

/* Of a run that failed it is not known how far it came. */
static void test_failures_do_not_count(void **state)
{
        struct executor executor = {.end = end_some_early};
        CLEANUP_ANALYSIS struct analysis *analysis = analysis_new();
        const struct feature_impact *feature;

        (void)state;
        add_two(analysis);
        measure(&executor, analysis);
        feature = &analysis->impact.features.items[1];
        assert_int_equal(feature->failures, 3);
        assert_int_equal(feature->baseline_failures, 0);
        assert_true(feature->effects[METRIC_MEMORY].dominance == 1);
        assert_true(feature->effects[METRIC_MEMORY].variant > MUCH);
        executor_clear(&executor);
}

/* All kinds; a sub-feature goes with its call. */
static void test_what_is_measured(void **state)
{
        static const struct {
                const char *name;
                enum mode mode;
        } expected[] = {
                {"madvise", MODE_STUB},
                {"mlock", MODE_FAKE},
                {"fcntl:F_GETFD", MODE_STUB},
                {"file:/proc/version", MODE_FAKE},
        };
        struct executor executor = {.end = end_run};
        CLEANUP_ANALYSIS struct analysis *analysis = analysis_new();

        (void)state;
        add(analysis, "fcntl", false, false);
        add_two(analysis);
        add(analysis, "fcntl:F_GETFD", true, false);
        add(analysis, "fcntl:F_SETFL", false, false);
        add(analysis, "madvise:MADV_SEQUENTIAL", true, true);
        add(analysis, "file:/proc/stat", false, false);
        add(analysis, "file:/proc/version", false, true);
        measure(&executor, analysis);
        assert_int_equal(analysis->impact.features.count, ARRAY_SIZE(expected));
        for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
                const struct feature_impact *feature = &analysis->impact.features.items[i];

                assert_true(feature_equal(feature->feature, named(expected[i].name)));
                assert_int_equal(feature->mode, expected[i].mode);
        }
        executor_clear(&executor);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_runs_alternate),
                cmocka_unit_test(test_runs_are_alike),
                cmocka_unit_test(test_which_is_which),
                cmocka_unit_test(test_failures_do_not_count),
                cmocka_unit_test(test_what_is_measured),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
