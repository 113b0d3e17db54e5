/* SPDX-License-Identifier: BSD-3-Clause */

/* Which calls a filter leaves to the supervisor, as a process behind it sees them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "policy/test-filter.h"

/* With these options only the body can tell that nothing was supervised that should not be. */
static void assert_supervised(
        const struct policy *policy, struct filter_options options, int (*body)(void))
{
        CLEANUP_FILTER struct filter *filter = filter_with(policy, options);

        assert_true(filter_needs_supervisor(filter));
        assert_int_equal(status_supervised(filter, body), 0);
}

static void assert_supervised_by_rules(const char *stubs, const char *fakes, int (*body)(void))
{
        CLEANUP_POLICY struct policy *policy = policy_of(stubs, fakes);

        assert_supervised(policy, (struct filter_options){}, body);
}

/* The errno of a call that is made to fail; 0 where it works. */
#define ERRNO_OF(...) (errno = 0, CALL(__VA_ARGS__) == -1 ? errno : 0)

static int see_matching_fakes_supervised(void)
{
        CHECK(ERRNO_OF(SYS_fcntl, -1, F_GETFL, 0) == SUPERVISED);
        CHECK(ERRNO_OF(SYS_fcntl, -1, F_DUPFD, 0) == SUPERVISED);
        CHECK(ERRNO_OF(SYS_fcntl, -1, F_GETFD, 0) == EBADF);
        CHECK(ERRNO_OF(SYS_fcntl, -1, F_SETFL, 0) == EPERM);
        CHECK(ERRNO_OF(SYS_fcntl, -1, F_SETFD, 0) == 0);
        CHECK(filter_bypass(COOKIE, SYS_fcntl, -1, F_GETFL, 0, 0, 0) == -EBADF);
        return 0;
}

static void test_fakes_of_other_values_than_0(void **state)
{
        (void)state;
        assert_supervised_by_rules("fcntl:F_SETFL=EPERM",
                "fcntl:F_GETFL=5,fcntl:F_SETFD,fcntl:F_DUPFD", see_matching_fakes_supervised);
}

static int see_pointers_supervised(void)
{
        CHECK(ERRNO_OF(SYS_clone3, NULL, 0) == SUPERVISED);
        CHECK(ERRNO_OF(SYS_openat2, -1, "/", NULL, 0) == SUPERVISED);
        CHECK(ERRNO_OF(SYS_openat, -1, "", 0, 0) == ENOENT);
        return 0;
}

static void test_what_only_memory_tells(void **state)
{
        (void)state;
        assert_supervised_by_rules("clone3:CLONE_VM,openat2:O_CREAT", "", see_pointers_supervised);
}

static int see_paths_supervised(void)
{
        CHECK(ERRNO_OF(SYS_openat, -1, "", 0) == SUPERVISED);
        CHECK(ERRNO_OF(SYS_unlinkat, -1, "", 0) == SUPERVISED);
        CHECK(ERRNO_OF(SYS_renameat2, -1, "", -1, "", 0) == SUPERVISED);
        CHECK(ERRNO_OF(SYS_execve, "", NULL, NULL) == SUPERVISED);
        CHECK(ERRNO_OF(SYS_getppid) == 0);
        CHECK(ERRNO_OF(SYS_fcntl, -1, F_GETFL) == EBADF);
        CHECK(filter_bypass(COOKIE, SYS_openat, -1, (long)"", 0, 0, 0) == -ENOENT);
#ifdef __x86_64__
        CHECK(ERRNO_OF(SYS_open, "", 0) == SUPERVISED);
        CHECK(i386_call(I386_OPEN, 0, 0, 0) == -SUPERVISED);
        CHECK(i386_call(I386_GETPPID, 0, 0, 0) > 0);
        CHECK(ERRNO_OF(X32_SYSCALL_BIT | SYS_open, "", 0) == SUPERVISED);
        CHECK(ERRNO_OF(X32_SYSCALL_BIT | SYS_getppid) != SUPERVISED);
#endif
        return 0;
}

static void test_paths_where_a_file_is_withheld_or_files_are_recorded(void **state)
{
        CLEANUP_POLICY struct policy *empty = policy_new();

        (void)state;
        assert_supervised_by_rules("file:/proc/meminfo", "", see_paths_supervised);
        assert_supervised_by_rules("", "file:/proc/meminfo", see_paths_supervised);
        assert_supervised(
                empty, (struct filter_options){.supervise_paths = true}, see_paths_supervised);
}

static int see_rules_before_paths(void)
{
        CHECK(ERRNO_OF(SYS_openat, -1, "", O_RDONLY | O_CREAT) == EIO);
        CHECK(ERRNO_OF(SYS_openat, -1, "", O_RDONLY) == SUPERVISED);
        CHECK(ERRNO_OF(SYS_unlinkat, -1, "", 0) == EPERM);
        CHECK(ERRNO_OF(SYS_mkdirat, -1, "", 0) == 0);
        return 0;
}

static void test_calls_that_are_withheld_are_not_asked_for_their_path(void **state)
{
        (void)state;
        assert_supervised_by_rules("file:/proc/meminfo,unlinkat=EPERM,openat:O_CREAT=EIO",
                "mkdirat", see_rules_before_paths);
}

static int see_profile_with_files(void)
{
        if (ERRNO_OF(SYS_openat, -1, "", 0) != SUPERVISED)
                return 1;
        if (ERRNO_OF(SYS_unlinkat, -1, "", 0) != EPERM)
                return 2;
        if (ERRNO_OF(SYS_mkdirat, -1, "", 0) != EIO)
                return 3;
        return 0;
}

static void test_files_are_withheld_from_what_a_profile_allows(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_of("file:/proc/meminfo,mkdirat=EIO", "");
        struct error error = {};
        struct feature openat_call;

        (void)state;
        assert_int_equal(feature_parse("openat", &openat_call, &error), 0);
        assert_int_equal(policy_allow(policy, openat_call), 0);
        policy_set_default(policy, EPERM);
        assert_supervised(policy, (struct filter_options){}, see_profile_with_files);
}

static int see_scope(void)
{
        CHECK(ERRNO_OF(SYS_access, "/", F_OK) == SUPERVISED);
        CHECK(ERRNO_OF(SYS_chdir, "/") == SUPERVISED);
        CHECK(ERRNO_OF(SYS_fcntl, -1, F_SETFL) == SUPERVISED);
        CHECK(ERRNO_OF(SYS_fcntl, -1, F_GETFL) == EBADF);
        CHECK(ERRNO_OF(SYS_openat, -1, "", 0) == ENOENT);
        CHECK(ERRNO_OF(SYS_execve, "", NULL, NULL) == SUPERVISED);
        CHECK(ERRNO_OF(SYS_execveat, -1, "", NULL, NULL, 0) == SUPERVISED);
        CHECK(filter_bypass(COOKIE, SYS_access, (long)"/", F_OK, 0, 0, 0) == 0);
        CHECK(filter_bypass(COOKIE, SYS_execve, 0, 0, 0, 0, 0) == -SUPERVISED);
        CHECK(filter_bypass(COOKIE, SYS_execveat, 0, 0, 0, 0, 0) == -SUPERVISED);
#ifdef __x86_64__
        CHECK(i386_call(I386_EXECVE, 0, 0, 0) == -SUPERVISED);
        CHECK(i386_call(I386_EXECVEAT, 0, 0, 0) == -SUPERVISED);
        CHECK(i386_call(I386_GETPPID, 0, 0, 0) == -SUPERVISED);
        CHECK(i386_call(I386_OPEN, 0, 0, 0) == -EFAULT);
        CHECK(ERRNO_OF(X32_SYSCALL_BIT | X32_EXECVE, NULL, NULL, NULL) == SUPERVISED);
        CHECK(ERRNO_OF(X32_SYSCALL_BIT | X32_EXECVEAT, -1, NULL, NULL, NULL, 0) == SUPERVISED);
#endif
        return 0;
}

static void test_execs_and_all_that_is_withheld_where_there_is_a_scope(void **state)
{
        CLEANUP_POLICY struct policy *policy =
                policy_of("access=EPERM,fcntl:F_SETFL=EPERM,i386:getppid", "chdir");

        (void)state;
        assert_supervised(policy, (struct filter_options){.supervise_execs = true}, see_scope);
        assert_supervised(policy,
                (struct filter_options){.supervise_execs = true, .count_launch = true}, see_scope);
}

static int see_default_supervised(void)
{
        if (ERRNO_OF(SYS_getppid) != SUPERVISED || ERRNO_OF(4000) != SUPERVISED)
                return 1;
        if (ERRNO_OF(SYS_getpid) != 0)
                return 2;
        return 0;
}

static void test_the_default_where_there_is_a_scope(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        struct error error = {};
        struct feature getpid_call;

        (void)state;
        assert_int_equal(feature_parse("getpid", &getpid_call, &error), 0);
        assert_int_equal(policy_allow(policy, getpid_call), 0);
        policy_set_default(policy, ENOSYS);
        assert_supervised(
                policy, (struct filter_options){.supervise_execs = true}, see_default_supervised);
}

static volatile sig_atomic_t signalled;

static void note_signal(int signal)
{
        (void)signal;
        signalled = 1;
}

static int see_signal_wait(void)
{
        struct sigaction action = {.sa_handler = note_signal};

        CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
        CHECK(ERRNO_OF(SYS_getppid) == SUPERVISED);
        CHECK(signalled == 1);
        return 0;
}

/* Linux from 5.19 on: before, the flag is unknown, which is told before the program is looked at.
 */
static bool kernel_can_hold_calls(void)
{
        return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                       SECCOMP_FILTER_FLAG_NEW_LISTENER | 1u << 5, NULL) < 0 &&
               errno == EFAULT;
}

static void test_a_signal_does_not_break_off_a_call_that_is_being_answered(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_of("", "getppid=7");
        CLEANUP_FILTER struct filter *filter = filter_with(policy, (struct filter_options){});
        struct seccomp_notif notification;
        int listener, status;
        pid_t pid;

        (void)state;
        if (!kernel_can_hold_calls())
                skip();
        pid = start_supervised(filter, see_signal_wait, &listener);
        assert_true(wait_for_notification(listener, &notification));
        assert_int_equal(kill(pid, SIGUSR1), 0);
        usleep(100000); /* which a signal that is heeded does not take */
        answer_supervised(listener, &notification);
        close(listener);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_fakes_of_other_values_than_0),
                cmocka_unit_test(test_what_only_memory_tells),
                cmocka_unit_test(test_paths_where_a_file_is_withheld_or_files_are_recorded),
                cmocka_unit_test(test_calls_that_are_withheld_are_not_asked_for_their_path),
                cmocka_unit_test(test_files_are_withheld_from_what_a_profile_allows),
                cmocka_unit_test(test_execs_and_all_that_is_withheld_where_there_is_a_scope),
                cmocka_unit_test(test_the_default_where_there_is_a_scope),
                cmocka_unit_test(test_a_signal_does_not_break_off_a_call_that_is_being_answered),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
