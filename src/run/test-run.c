/* SPDX-License-Identifier: BSD-3-Clause */

/* Whole runs of small programs, in sandboxes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "base/strings.h"
#include "feature/pseudo-file.h"
#include "run/run.h"

static struct workload *workload_of(const char *text)
{
        struct workload *workload = workload_new();
        struct error error = {};

        assert_non_null(workload);
        assert_int_equal(strings_add(&workload->command, "/bin/sh"), 0);
        assert_int_equal(strings_add(&workload->command, "-c"), 0);
        assert_int_equal(strings_add(&workload->command, text), 0);
        if (workload_complete(workload, &error) < 0)
                fail_msg("%s", error.message);
        return workload;
}

static struct run_result run_text(const char *text, struct run_options options)
{
        CLEANUP_WORKLOAD struct workload *workload = workload_of(text);
        CLEANUP_RUN struct run *run = NULL;
        struct run_result result = {};
        struct error error = {};

        options.workload = workload;
        options.timeout_ready = options.timeout_total = 20;
        options.output_limit = 1000;
        if (run_start(&options, &run, &error) < 0 || run_finish(run, &result, &error) < 0)
                fail_msg("%s", error.message);
        return result;
}

static struct feature file_of(const char *path)
{
        struct feature file;

        assert_true(pseudo_file_feature(path, &file));
        return file;
}

static uint64_t count_of(const struct run_result *result, const char *path)
{
        const struct observed_call *call = observation_find(&result->observation, file_of(path));

        return call ? call->count : 0;
}

static void test_pseudo_files_are_recorded(void **state)
{
        struct run_result result = run_text("test -e /dev/tty7; test -e /proc/$$/stat;"
                                            "sh -c 'test -e /dev/../dev/tty7; test -e /usr'",
                (struct run_options){.record_files = true});

        (void)state;
        assert_int_equal(result.outcome.kind, OUTCOME_PASSED);
        assert_int_equal(count_of(&result, "/dev/tty7"), 2);
        assert_int_equal(count_of(&result, "/proc/self/stat"), 1);
        for (size_t i = 0; i < result.observation.calls.count; i++)
                assert_int_equal(result.observation.calls.items[i].feature.kind, FEATURE_FILE);
        run_result_clear(&result);
}

static void test_nothing_is_recorded_unless_asked_for(void **state)
{
        struct run_result result = run_text("test -e /dev/tty7", (struct run_options){});

        (void)state;
        assert_int_equal(result.observation.calls.count, 0);
        run_result_clear(&result);
}

static void test_files_are_withheld(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        const struct run_options options = {.policy = policy, .record_files = true};
        struct run_result result = {};

        (void)state;
        assert_int_equal(policy_stub(policy, file_of("/proc/self/stat"), ENOENT), 0);
        result = run_text("test -e /proc/self/comm && test ! -e /proc/self/stat", options);
        assert_int_equal(result.outcome.kind, OUTCOME_PASSED);
        assert_int_equal(count_of(&result, "/proc/self/stat"), 1);
        run_result_clear(&result);
        result = run_text("test -e /proc/self/stat", options);
        assert_int_equal(result.outcome.kind, OUTCOME_EXITED);
        run_result_clear(&result);
}

static void test_only_files_of_what_is_considered(void **state)
{
        char *patterns[] = {(char *)(uintptr_t) "cat", NULL};
        CLEANUP_SCOPE struct scope *scope = NULL;
        struct run_result result = {};

        (void)state;
        assert_int_equal(scope_new(patterns, &scope, NULL), 0);
        result = run_text("test -e /dev/tty7; cat /dev/null",
                (struct run_options){.scope = scope, .record_files = true});
        assert_int_equal(count_of(&result, "/dev/tty7"), 0);
        assert_int_equal(count_of(&result, "/dev/null"), 1);
        run_result_clear(&result);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_pseudo_files_are_recorded),
                cmocka_unit_test(test_nothing_is_recorded_unless_asked_for),
                cmocka_unit_test(test_files_are_withheld),
                cmocka_unit_test(test_only_files_of_what_is_considered),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
