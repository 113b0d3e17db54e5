/* SPDX-License-Identifier: BSD-3-Clause */

/* Whole runs of small programs, in sandboxes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

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

static const struct refusal *refusal_of(const struct run_result *result, const char *name)
{
        struct feature feature;

        assert_int_equal(feature_parse(name, &feature, NULL), 0);
        return refusals_find(&result->refusals, feature);
}

/* Rules of calls, sub-features told by registers, and files; stubs and fakes. */
static void test_refusals_are_recorded(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        const struct run_options options = {.policy = policy, .record_refusals = true};
        struct run_result result = {};
        const struct refusal *refusal;

        (void)state;
        assert_int_equal(
                policy_parse_stubs(policy, "chdir=EPERM,file:/dev/tty7,fcntl:F_DUPFD", NULL), 0);
        assert_int_equal(policy_parse_fakes(policy, "umask", NULL), 0);
        result = run_text("cd /usr; umask 0; umask 0; test -e /dev/tty7; exit 3", options);
        assert_int_equal(result.outcome.kind, OUTCOME_EXITED);
        refusal = refusal_of(&result, "chdir");
        assert_non_null(refusal);
        assert_int_equal(refusal->count, 1);
        assert_int_equal(refusal->errnum, EPERM);
        assert_non_null(strstr(refusal->object, "/libc"));
        assert_true(refusal->first > 0 && refusal->first <= result.total);
        refusal = refusal_of(&result, "umask");
        assert_true(refusal->count >= 2); /* a shell reads it by setting it */
        assert_int_equal(refusal->action, ACTION_FAKE);
        assert_int_equal(refusal->success.kind, SUCCESS_CONSTANT);
        assert_true(refusal->last > refusal->first);
        refusal = refusal_of(&result, "file:/dev/tty7");
        assert_int_equal(refusal->errnum, ENOENT);
        assert_true(result.refusals.ended.known);
        assert_ptr_equal(&result.refusals.items.items[result.refusals.ended.item], refusal);
        assert_int_equal(result.refusals.items.count, 3);
        run_result_clear(&result);
}

static void test_no_refusals_unless_asked_for(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        struct run_result result = {};

        (void)state;
        assert_int_equal(policy_parse_stubs(policy, "chdir,file:/dev/tty7", NULL), 0);
        result = run_text("cd /; test -e /dev/tty7", (struct run_options){.policy = policy});
        assert_int_equal(result.refusals.items.count, 0);
        run_result_clear(&result);
}

/* What is refused to a child is not what its parent was refused last. */
static void test_refusals_of_the_process_that_ended(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        const struct run_options options = {.policy = policy, .record_refusals = true};
        struct run_result result = {};
        const struct refusals *refusals = &result.refusals;

        (void)state;
        assert_int_equal(policy_parse_stubs(policy, "chdir,umask", NULL), 0);
        result = run_text("umask 0; (cd /); exit 3", options);
        assert_true(refusals->last.known && refusals->ended.known);
        assert_ptr_equal(&refusals->items.items[refusals->last.item], refusal_of(&result, "chdir"));
        assert_ptr_equal(
                &refusals->items.items[refusals->ended.item], refusal_of(&result, "umask"));
        run_result_clear(&result);
        result = run_text("umask 0; (cd /); true", options);
        assert_int_equal(result.outcome.kind, OUTCOME_PASSED);
        assert_false(refusals->ended.known);
        run_result_clear(&result);
}

/* The launch is refused only where the policy holds for it. */
static void test_refused_launch(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        struct run_options options = {.policy = policy, .record_refusals = true};
        struct run_result result = {};

        (void)state;
        assert_int_equal(policy_parse_stubs(policy, "execve", NULL), 0);
        result = run_text("exit 3", options);
        assert_int_equal(result.outcome.code, 3);
        assert_int_equal(result.refusals.items.count, 0);
        run_result_clear(&result);
        options.count_launch = true;
        result = run_text("exit 3", options);
        assert_int_equal(result.outcome.kind, OUTCOME_EXITED);
        assert_int_equal(result.outcome.code, 127);
        assert_int_equal(refusal_of(&result, "execve")->count, 1);
        run_result_clear(&result);
}

static void test_only_refusals_of_what_is_considered(void **state)
{
        char *patterns[] = {(char *)(uintptr_t) "cat", NULL};
        CLEANUP_POLICY struct policy *policy = policy_new();
        CLEANUP_SCOPE struct scope *scope = NULL;
        struct run_result result = {};

        (void)state;
        assert_int_equal(scope_new(patterns, &scope, NULL), 0);
        assert_int_equal(policy_parse_stubs(policy, "chdir,fadvise64", NULL), 0);
        result = run_text("cd / || exit 4; cat /dev/null",
                (struct run_options){.scope = scope, .policy = policy, .record_refusals = true});
        assert_int_equal(result.outcome.kind, OUTCOME_PASSED);
        assert_int_equal(result.refusals.items.count, 1);
        assert_int_equal(refusal_of(&result, "fadvise64")->count, 1);
        run_result_clear(&result);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_pseudo_files_are_recorded),
                cmocka_unit_test(test_nothing_is_recorded_unless_asked_for),
                cmocka_unit_test(test_files_are_withheld),
                cmocka_unit_test(test_only_files_of_what_is_considered),
                cmocka_unit_test(test_refusals_are_recorded),
                cmocka_unit_test(test_no_refusals_unless_asked_for),
                cmocka_unit_test(test_refusals_of_the_process_that_ended),
                cmocka_unit_test(test_refused_launch),
                cmocka_unit_test(test_only_refusals_of_what_is_considered),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
