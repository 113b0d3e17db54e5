/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "search/joint.h"
#include "search/test-feigned-executor.h"

static void make_fail(struct run_record *record)
{
        record->outcome = (struct outcome){OUTCOME_EXITED, 1};
}

static struct joint_options options_for(struct executor *executor)
{
        return (struct joint_options){
                .executor = executor,
                .limits = &limits,
                .replicas = 2,
                .withholding = &withholding,
        };
}

static void check(struct executor *executor, struct analysis *analysis)
{
        const struct joint_options options = options_for(executor);

        assert_int_equal(joint_check(&options, analysis, NULL), 0);
        assert_true(analysis->joint.tested);
}

static void assert_features(const struct feature *features, size_t count, const char *expected)
{
        char text[1024] = "", name[FEATURE_NAME_MAX];

        for (size_t i = 0; i < count; i++) {
                strcat(text, i > 0 ? " " : "");
                strcat(text, feature_name(features[i], name));
        }
        assert_string_equal(text, expected);
}

#define ASSERT_FEATURES(list, expected) assert_features((list).items, (list).count, expected)

static void add_all_kinds(struct analysis *analysis)
{
        add(analysis, "fcntl", false, false);
        add(analysis, "madvise", true, true);
        add(analysis, "mlock", false, true);
        add(analysis, "fcntl:F_GETFD", true, false);
        add(analysis, "fcntl:F_GETFL", false, true);
        add(analysis, "fcntl:F_SETFL", false, false);
        add(analysis, "madvise:MADV_SEQUENTIAL", true, true);
        add(analysis, "file:/proc/uptime", true, false);
        add(analysis, "file:/proc/version", false, true);
        add(analysis, "file:/proc/stat", false, false);
}

static void pass(const struct executor *executor, const struct job *job, struct run_record *record)
{
        (void)executor;
        (void)record;
        assert_true(lacks(job->policy, "madvise"));
        assert_true(lacks(job->policy, "mlock"));
        assert_true(lacks(job->policy, "fcntl:F_GETFD"));
        assert_true(lacks(job->policy, "fcntl:F_GETFL"));
        assert_true(lacks(job->policy, "file:/proc/uptime"));
        assert_true(lacks(job->policy, "file:/proc/version"));
        assert_false(lacks(job->policy, "fcntl"));
        assert_false(lacks(job->policy, "fcntl:F_SETFL"));
        assert_false(lacks(job->policy, "file:/proc/stat"));
}

/* Calls, sub-features and files alike; a sub-feature goes with its call. */
static void test_everything_avoidable_is_left_out(void **state)
{
        struct executor executor = {.end = pass};
        CLEANUP_ANALYSIS struct analysis *analysis = analysis_new();

        (void)state;
        add_all_kinds(analysis);
        check(&executor, analysis);
        assert_true(analysis->joint.works);
        assert_int_equal(executor.ended, 2);
        ASSERT_FEATURES(analysis->joint.stub, "madvise fcntl:F_GETFD file:/proc/uptime");
        ASSERT_FEATURES(analysis->joint.fake, "mlock fcntl:F_GETFL file:/proc/version");
        assert_int_equal(analysis->joint.conflicts.count, 0);
        executor_clear(&executor);
}

static void fail_without_two(
        const struct executor *executor, const struct job *job, struct run_record *record)
{
        (void)executor;
        if (lacks(job->policy, "fcntl:F_GETFD") && lacks(job->policy, "file:/proc/version"))
                make_fail(record);
}

static void test_conflict_of_different_kinds(void **state)
{
        struct executor executor = {.end = fail_without_two};
        CLEANUP_ANALYSIS struct analysis *analysis = analysis_new();

        (void)state;
        add_all_kinds(analysis);
        check(&executor, analysis);
        assert_false(analysis->joint.works);
        assert_int_equal(analysis->joint.conflicts.count, 1);
        ASSERT_FEATURES(
                analysis->joint.conflicts.items[0].features, "fcntl:F_GETFD file:/proc/version");
        ASSERT_FEATURES(analysis->joint.stub, "madvise fcntl:F_GETFD file:/proc/uptime");
        ASSERT_FEATURES(analysis->joint.fake, "mlock fcntl:F_GETFL");
        executor_clear(&executor);
}

static void fail_without_one(
        const struct executor *executor, const struct job *job, struct run_record *record)
{
        (void)executor;
        if (lacks(job->policy, "file:/proc/uptime"))
                make_fail(record);
}

/* What worked alone and does not any more is in no conflict with others: its runs disagree. */
static void test_one_that_fails_alone_is_unstable(void **state)
{
        struct executor executor = {.end = fail_without_one};
        CLEANUP_ANALYSIS struct analysis *analysis = analysis_new();
        const struct analysed_feature *feature;

        (void)state;
        add_all_kinds(analysis);
        check(&executor, analysis);
        assert_false(analysis->joint.works);
        assert_int_equal(analysis->joint.conflicts.count, 0);
        ASSERT_FEATURES(analysis->joint.stub, "madvise fcntl:F_GETFD");
        ASSERT_FEATURES(analysis->joint.fake, "mlock fcntl:F_GETFL file:/proc/version");
        feature = analysis_find(analysis, named("file:/proc/uptime"));
        assert_true(feature->stub.unstable);
        assert_false(feature->stub.works);
        assert_int_equal(feature->stub.outcome.kind, OUTCOME_EXITED);
        assert_int_equal(verdict_of(feature), VERDICT_REQUIRED);
        executor_clear(&executor);
}

static void fail_stubbed(
        const struct executor *executor, const struct job *job, struct run_record *record)
{
        const struct policy_rule *rule = policy_find(job->policy, named("madvise"));

        (void)executor;
        if (rule && rule->action == ACTION_STUB && lacks(job->policy, "mlock"))
                make_fail(record);
}

/* The other mode resolves it: both can still be left out. */
static void test_other_mode_resolves(void **state)
{
        struct executor executor = {.end = fail_stubbed};
        CLEANUP_ANALYSIS struct analysis *analysis = analysis_new();

        (void)state;
        add(analysis, "madvise", true, true);
        add(analysis, "mlock", false, true);
        check(&executor, analysis);
        assert_false(analysis->joint.works);
        assert_int_equal(analysis->joint.conflicts.count, 1);
        ASSERT_FEATURES(analysis->joint.stub, "");
        ASSERT_FEATURES(analysis->joint.fake, "madvise mlock");
        executor_clear(&executor);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_everything_avoidable_is_left_out),
                cmocka_unit_test(test_conflict_of_different_kinds),
                cmocka_unit_test(test_one_that_fails_alone_is_unstable),
                cmocka_unit_test(test_other_mode_resolves),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
