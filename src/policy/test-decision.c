/* SPDX-License-Identifier: BSD-3-Clause */

/* Decisions, as far as no program behind a filter can see them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>

#include "base/strings.h"
#include "policy/decision.h"
#include "policy/test-rules.h"

static const struct decision allowed = {.action = SECCOMP_RET_ALLOW};

static struct decider decider_of(const struct policy *policy, const struct filter_options *options)
{
        struct decider decider;

        decider_init(&decider, policy, options);
        return decider;
}

static struct decision decision_about(struct decider *decider, const char *name)
{
        struct decision decision = {};

        assert_int_equal(decider_decide(decider, feature_of(name), &decision), 0);
        return decision;
}

/* The kernel keeps such calls in a bitmap only where no argument is looked at. */
static void test_what_is_always_allowed_looks_at_nothing(void **state)
{
        static const struct filter_options options = {.cookie = 1};
        CLEANUP_POLICY struct policy *policy = policy_new();
        CLEANUP(decider_clear) struct decider decider = decider_of(policy, &options);
        struct error error = {};

        (void)state;
        assert_int_equal(policy_parse_stubs(policy, "fcntl:F_SETFL", &error), 0);
        assert_int_equal(policy_allow(policy, feature_of("read")), 0);
        assert_int_equal(policy_allow(policy, feature_of("ioctl:TCGETS")), 0);
        assert_true(decision_equal(decision_about(&decider, "read"), allowed));
        assert_true(decision_equal(decision_about(&decider, "ioctl"), allowed));
        assert_true(decision_equal(decision_about(&decider, "openat"), allowed));
        assert_true(decision_equal(decision_about(&decider, "i386:fcntl"), allowed));
        assert_true(decision_equal(decider_rest(&decider, abi_native()), allowed));
        assert_int_equal(decision_about(&decider, "fcntl").test_count, 1);
}

static void test_tests_end_where_the_supervisor_takes_over(void **state)
{
        static const struct filter_options options = {.cookie = 1};
        CLEANUP_POLICY struct policy *policy = policy_new();
        CLEANUP(decider_clear) struct decider decider = decider_of(policy, &options);
        struct error error = {};
        struct decision decision;

        (void)state;
        assert_int_equal(policy_parse_stubs(policy, "fcntl:F_DUPFD,clone3:CLONE_VM", &error), 0);
        assert_int_equal(policy_parse_fakes(policy, "fcntl:F_GETFD=9", &error), 0);
        decision = decision_about(&decider, "clone3");
        assert_int_equal(decision.action, SECCOMP_RET_USER_NOTIF);
        assert_int_equal(decision.test_count, 0);
        decision = decision_about(&decider, "fcntl");
        assert_int_equal(decision.action, SECCOMP_RET_ALLOW);
        assert_int_equal(decision.test_count, 2);
        assert_int_equal(
                decider.tests.items[decision.first_test].action, SECCOMP_RET_ERRNO | ENOSYS);
        assert_int_equal(
                decider.tests.items[decision.first_test + 1].action, SECCOMP_RET_USER_NOTIF);
}

/* What the supervisor is told of anyway need not be told apart before. */
static void test_tests_that_make_no_difference_are_left_out(void **state)
{
        static const struct filter_options options = {.cookie = 1, .supervise_paths = true};
        CLEANUP_POLICY struct policy *policy = policy_new();
        CLEANUP(decider_clear) struct decider decider = decider_of(policy, &options);
        struct error error = {};
        struct decision decision;

        (void)state;
        assert_int_equal(policy_parse_fakes(policy, "openat:O_CREAT", &error), 0);
        decision = decision_about(&decider, "openat");
        assert_int_equal(decision.action, SECCOMP_RET_USER_NOTIF);
        assert_int_equal(decision.test_count, 0);
        assert_int_equal(policy_parse_stubs(policy, "openat:O_EXCL", &error), 0);
        assert_int_equal(decision_about(&decider, "openat").test_count, 2);
}

static void test_numbers_are_listed_once_in_order(void **state)
{
        static const struct filter_options none = {.cookie = 1}, all = {.cookie = 1,
                                                                         .supervise_paths = true,
                                                                         .supervise_execs = true,
                                                                         .count_launch = true};
        CLEANUP_POLICY struct policy *policy = policy_new();
        struct error error = {};

        (void)state;
        assert_int_equal(policy_parse_stubs(policy,
                                 "syscall_4000,openat,openat:O_CREAT,fcntl:F_SETFL,fcntl:F_GETFL,"
                                 "i386:getppid,file:/proc/meminfo",
                                 &error),
                0);
        for (size_t i = 0; i < 2; i++) {
                CLEANUP(decision_numbers_clear) struct decision_numbers numbers = {};
                CLEANUP(decider_clear)
                struct decider decider = decider_of(policy, i == 0 ? &none : &all);

                assert_int_equal(decider_numbers(&decider, abi_native(), &numbers), 0);
                assert_true(numbers.list.count > 3);
                for (size_t n = 1; n < numbers.list.count; n++)
                        assert_true(numbers.list.items[n - 1] < numbers.list.items[n]);
                assert_int_equal(numbers.list.items[numbers.list.count - 1], 4000);
        }
}

static void test_numbers_that_nothing_is_said_about_are_not_listed(void **state)
{
        static const struct filter_options options = {.cookie = 1};
        CLEANUP(decision_numbers_clear) struct decision_numbers numbers = {};
        CLEANUP_POLICY struct policy *policy = policy_new();
        CLEANUP(decider_clear) struct decider decider = {};
        struct error error = {};

        (void)state;
        assert_int_equal(policy_parse_stubs(policy, "fcntl:F_SETFL,i386:getppid", &error), 0);
        decider_init(&decider, policy, &options);
        assert_int_equal(decider_numbers(&decider, abi_native(), &numbers), 0);
        assert_int_equal(numbers.list.count, 1);
        assert_int_equal(numbers.list.items[0], feature_of("fcntl").number);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_what_is_always_allowed_looks_at_nothing),
                cmocka_unit_test(test_tests_end_where_the_supervisor_takes_over),
                cmocka_unit_test(test_tests_that_make_no_difference_are_left_out),
                cmocka_unit_test(test_numbers_are_listed_once_in_order),
                cmocka_unit_test(test_numbers_that_nothing_is_said_about_are_not_listed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
