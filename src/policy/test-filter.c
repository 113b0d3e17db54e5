/* SPDX-License-Identifier: BSD-3-Clause */

/* Filters are judged by what a process behind them sees of the kernel. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>

#include "base/io.h"
#include "base/strings.h"
#include "policy/test-filter.h"

static struct filter *filter_of(const struct policy *policy, bool count_launch, bool trace)
{
        return filter_with(
                policy, (struct filter_options){.count_launch = count_launch, .trace = trace});
}

static void assert_behind(const char *stubs, const char *fakes, int (*body)(void))
{
        CLEANUP_POLICY struct policy *policy = policy_of(stubs, fakes);
        CLEANUP_FILTER struct filter *filter = filter_of(policy, false, false);

        assert_int_equal(status_behind(filter, body), 0);
}

static int getppid_errno(void)
{
        errno = 0;
        return CALL(SYS_getppid) < 0 ? errno : 0;
}

static int see_stubs(void)
{
        CHECK(getppid_errno() == ENOSYS);
        CHECK(CALL(SYS_access, "/", F_OK) == -1 && errno == EPERM);
        CHECK(CALL(SYS_umask, 0) == -1 && errno == 4000);
        CHECK(CALL(SYS_getpid) > 1);
        return 0;
}

static void test_stub_fails_with_its_errno(void **state)
{
        (void)state;
        assert_behind("getppid,access=EPERM,umask=4000", "", see_stubs);
}

static int see_fakes(void)
{
        CHECK(CALL(SYS_chdir, "/nowhere") == 0);
        CHECK(CALL(SYS_close, 7777) == 0);
        CHECK(CALL(SYS_write, -1, "text", 4) == 0);
        CHECK(CALL(SYS_access, "/nowhere", F_OK) == -1 && errno == ENOENT);
        return 0;
}

static void test_fake_of_zero_needs_no_supervisor(void **state)
{
        (void)state;
        assert_behind("", "chdir,close,write=0", see_fakes);
}

static void *getppid_errno_in_thread(void *ignored)
{
        (void)ignored;
        return (void *)(intptr_t)getppid_errno();
}

static int see_stub_in_threads(void)
{
        pthread_t threads[4];

        for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
                CHECK(pthread_create(&threads[i], NULL, getppid_errno_in_thread, NULL) == 0);
        for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
                void *result = NULL;

                CHECK(pthread_join(threads[i], &result) == 0);
                CHECK((intptr_t)result == ENOSYS);
        }
        return 0;
}

static int see_stub_in_child(void)
{
        int status;
        pid_t pid = fork();

        if (pid == 0)
                _exit(getppid_errno() == ENOSYS ? 0 : 1);
        CHECK(waitpid(pid, &status, 0) == pid && status == 0);
        return 0;
}

static void test_threads_and_children_inherit_the_filter(void **state)
{
        (void)state;
        assert_behind("getppid", "", see_stub_in_threads);
        assert_behind("getppid", "", see_stub_in_child);
}

static int see_no_stub(void)
{
        CHECK(getppid_errno() == 0);
        return 0;
}

#ifdef __x86_64__
static int see_stub_of_i386_alone(void)
{
        CHECK(i386_call(I386_GETPPID, 0, 0, 0) == -EPERM);
        CHECK(i386_call(470, 0, 0, 0) == -EIO);
        CHECK(CALL(470) == -1 && errno == ENOSYS);
        CHECK(getppid_errno() == 0);
        return 0;
}

static int see_i386_unharmed(void)
{
        CHECK(i386_call(I386_GETPPID, 0, 0, 0) > 0);
        CHECK(getppid_errno() == EPERM);
        return 0;
}

static void test_i386_is_an_abi_of_its_own(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_of("i386:getppid=EPERM", "");
        CLEANUP_FILTER struct filter *filter = NULL;

        (void)state;
        assert_int_equal(
                policy_stub(policy, (struct feature){FEATURE_SYSCALL, ABI_I386, 470}, EIO), 0);
        filter = filter_of(policy, false, false);
        assert_int_equal(status_behind(filter, see_stub_of_i386_alone), 0);
        assert_behind("getppid=EPERM", "", see_i386_unharmed);
}

static int see_socketcall_unharmed(void)
{
        uint32_t *arguments = mmap(
                NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

        CHECK(arguments != MAP_FAILED);
        arguments[0] = 1; /* AF_UNIX */
        arguments[1] = 1; /* SOCK_STREAM */
        CHECK(i386_call(I386_SOCKET, 1, 1, 0) == -ENOSYS);
        CHECK(i386_call(I386_SOCKETCALL, 1, (uintptr_t)arguments, 0) >= 0);
        return 0;
}

static void test_a_rule_is_not_about_other_ways_to_the_same_end(void **state)
{
        (void)state;
        assert_behind("i386:socket", "", see_socketcall_unharmed);
}

static int see_stub_of_x32_alone(void)
{
        CHECK(CALL(X32_SYSCALL_BIT | SYS_getppid) == -1 && errno == EPERM);
        CHECK(getppid_errno() == 0);
        return 0;
}

static int see_x32_not_killed(void)
{
        long result = CALL(X32_SYSCALL_BIT | SYS_getppid);

        CHECK(result > 0 || errno == ENOSYS); /* as the kernel has x32, or not */
        CHECK(CALL(-1) == -1 && errno == ENOSYS);
        CHECK(getppid_errno() == EPERM);
        return 0;
}

static void test_x32_is_an_abi_of_its_own(void **state)
{
        (void)state;
        assert_behind("x32:getppid=EPERM", "", see_stub_of_x32_alone);
        assert_behind("getppid=EPERM", "", see_x32_not_killed);
}
#endif

static int see_bypass(void)
{
        CHECK(filter_bypass(COOKIE, SYS_getppid, 0, 0, 0, 0, 0) > 0);
        CHECK(filter_bypass(COOKIE, SYS_close, 7777, 0, 0, 0, 0) == -EBADF);
        /* Either half of the cookie alone is of no use. */
        CHECK(filter_bypass(COOKIE ^ 1, SYS_getppid, 0, 0, 0, 0, 0) == -EPERM);
        CHECK(filter_bypass(COOKIE ^ UINT64_C(1) << 32, SYS_getppid, 0, 0, 0, 0, 0) == -EPERM);
        CHECK(getppid_errno() == EPERM);
        return 0;
}

static void test_cookie_passes_every_rule(void **state)
{
        (void)state;
        assert_behind("getppid=EPERM", "close", see_bypass);
}

/* True where the cookie stands in one of the registers of a stopped process. */
static bool registers_hold_cookie(pid_t pid)
{
        uint64_t registers[128];
        struct iovec buffer = {.iov_base = registers, .iov_len = sizeof(registers)};

        assert_int_equal(ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &buffer), 0);
        for (size_t i = 0; i < buffer.iov_len / sizeof(registers[0]); i++) {
                if (registers[i] == COOKIE)
                        return true;
        }
        return false;
}

static void launch_true(void)
{
        const char *const arguments[] = {"true", NULL};

        filter_bypass(COOKIE, SYS_execve, (long)"/bin/true", (long)arguments, (long)environ, 0, 0);
}

/*
 * Forks a tracee behind the filter that launches /bin/true, stopped before it puts the filter on.
 */
static pid_t fork_tracee(const struct filter *filter, int (*before_launch)(void), long options)
{
        int listener, status;
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
                renounce_privileges_if_needed();
                ptrace(PTRACE_TRACEME, 0, 0, 0);
                raise(SIGSTOP);
                if (filter_install(filter, &listener) < 0 || before_launch() != 0)
                        end_process(99);
                launch_true();
                end_process(98);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSTOPPED(status));
        assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, 0, options | PTRACE_O_EXITKILL), 0);
        assert_int_equal(ptrace(PTRACE_CONT, pid, 0, 0), 0);
        return pid;
}

static int see_nothing(void)
{
        return 0;
}

static void test_application_does_not_learn_the_cookie(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_of("execve", "");
        CLEANUP_FILTER struct filter *filter = filter_of(policy, false, false);
        pid_t pid = fork_tracee(filter, see_nothing, PTRACE_O_TRACEEXEC);
        int status;

        (void)state;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status >> 8, SIGTRAP | PTRACE_EVENT_EXEC << 8);
        assert_false(registers_hold_cookie(pid));
        assert_int_equal(ptrace(PTRACE_CONT, pid, 0, 0), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
}

static int launch_denied(void)
{
        launch_true();
        CHECK(filter_bypass(COOKIE, SYS_execve, 0, 0, 0, 0, 0) == -ENOSYS);
        CHECK(filter_bypass(COOKIE, SYS_getppid, 0, 0, 0, 0, 0) > 0);
        return 0;
}

static void test_count_launch_holds_for_the_launching_execve(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_of("execve,getppid", "");
        CLEANUP_FILTER struct filter *filter = filter_of(policy, true, false);

        (void)state;
        assert_int_equal(status_behind(filter, launch_denied), 0);
}

static int make_traced_calls(void)
{
        CHECK(getppid_errno() == 0);
        CHECK(CALL(SYS_access, "/", F_OK) == -1 && errno == EIO);
        CHECK(filter_bypass(COOKIE, SYS_getppid, 0, 0, 0, 0, 0) > 0);
#ifdef __x86_64__
        CHECK(i386_call(I386_GETPPID, 0, 0, 0) > 0);
#endif
        return 0;
}

/* Counts what stops for the tracer until /bin/true is there. Returns true where its execve stopped.
 */
static bool count_traced_calls(const struct filter *filter, unsigned *ret_calls)
{
        pid_t pid =
                fork_tracee(filter, make_traced_calls, PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEEXEC);
        bool execve_stopped = false;
        unsigned calls = 0;
        int status;

        while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
                struct __ptrace_syscall_info info = {};

                if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
                        kill(pid, SIGKILL);
                        continue;
                }
                assert_int_equal(status >> 8, SIGTRAP | PTRACE_EVENT_SECCOMP << 8);
                assert_true(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0);
                if (info.seccomp.nr == SYS_execve)
                        execve_stopped = true;
                else
                        calls++;
                assert_int_equal(ptrace(PTRACE_CONT, pid, 0, 0), 0);
        }
        assert_true(WIFSIGNALED(status));
        *ret_calls = calls;
        return execve_stopped;
}

static void test_allowed_calls_stop_for_a_tracer(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_of("access=EIO", "");
        CLEANUP_FILTER struct filter *filter = filter_of(policy, false, true);
        CLEANUP_FILTER struct filter *counting = filter_of(policy, true, true);
        unsigned calls;
#ifdef __x86_64__
        const unsigned expected = 2;
#else
        const unsigned expected = 1;
#endif

        (void)state;
        assert_false(count_traced_calls(filter, &calls));
        assert_int_equal(calls, expected);
        assert_true(count_traced_calls(counting, &calls));
        assert_int_equal(calls, expected);
}

static int see_profile(void)
{
        if (CALL(SYS_getpid) < 0 || getppid_errno() != EIO)
                return 1;
        if (CALL(SYS_write, STDERR_FILENO, "", 0) >= 0 || errno != ENOSYS)
                return 2;
        if (CALL(4000) >= 0 || errno != ENOSYS)
                return 3;
        if (filter_bypass(COOKIE, SYS_write, STDERR_FILENO, (long)"", 0, 0, 0) != 0)
                return 4;
#ifdef __x86_64__
        if (i386_call(I386_GETPPID, 0, 0, 0) <= 0)
                return 5;
#endif
        /* The profile does not list it: there is no silent exception. */
        if (CALL(SYS_exit_group, 6) >= 0 || errno != ENOSYS)
                return 7;
        return 0;
}

static void test_default_denies_what_is_not_listed(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_of("getppid=EIO", "");
        CLEANUP_FILTER struct filter *filter = NULL;
        struct error error = {};
        struct feature feature;

        (void)state;
        assert_int_equal(feature_parse("getpid", &feature, &error), 0);
        assert_int_equal(policy_allow(policy, feature), 0);
        policy_set_default(policy, ENOSYS);
        filter = filter_of(policy, false, false);
        assert_false(filter_is_empty(filter));
        assert_int_equal(status_behind(filter, see_profile), 0);
}

/* Numbers that no kernel has, so that the rule of every single one can be tried. */
#define MANY_FIRST 600
#define MANY_COUNT 1000

static int errno_of_many(int number)
{
        return 1 + number % 40;
}

static int see_many_rules(void)
{
        for (int i = 0; i < MANY_COUNT; i++) {
                int number = MANY_FIRST + 2 * i;

                CHECK(CALL(number) == -1 && errno == errno_of_many(number));
                CHECK(CALL(number + 1) == -1 && errno == ENOSYS);
        }
        return 0;
}

/* No two neighbours are treated alike, which is the worst case for the size of the filter. */
static struct policy *policy_of_many(int count)
{
        struct policy *policy = policy_new();

        for (int i = 0; i < count; i++) {
                int number = MANY_FIRST + 2 * i;
                const struct feature feature = {FEATURE_SYSCALL, abi_native(), number};

                assert_int_equal(policy_stub(policy, feature, errno_of_many(number)), 0);
        }
        return policy;
}

static void test_filter_holds_many_rules(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_of_many(300);
        CLEANUP_FILTER struct filter *filter = NULL;

        (void)state;
        for (size_t i = 0; i < syscall_table_size; i++) {
                int number = syscall_table[i].numbers[ABI_X32];

                if (number >= 0 && number % 2 == 0)
                        assert_int_equal(
                                policy_stub(policy,
                                        (struct feature){FEATURE_SYSCALL, ABI_X32, number}, EPERM),
                                0);
        }
        filter = filter_of(policy, false, false);
        assert_int_equal(status_behind(filter, see_no_stub), 0);
}

static void test_every_rule_is_found(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_of_many(MANY_COUNT);
        CLEANUP_FILTER struct filter *filter = filter_of(policy, false, false);

        (void)state;
        assert_int_equal(status_behind(filter, see_many_rules), 0);
}

static void test_too_many_rules_are_an_error(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_of_many(3000);
        const struct filter_options options = {.cookie = COOKIE};
        struct filter *filter = NULL;
        struct error error = {};

        (void)state;
        assert_int_equal(filter_new(policy, &options, &filter, &error), -E2BIG);
        assert_null(filter);
        assert_non_null(strstr(error.message, "more rules than a filter"));
}

/* Runs a setuid copy of `id -u` as an ordinary user behind the filter; tells what it printed. */
static void run_setuid_program(
        const struct filter *filter, const char *path, char *output, size_t size)
{
        int pipe_ends[2], listener, status;
        ssize_t count;
        pid_t pid;

        assert_int_equal(pipe2(pipe_ends, O_CLOEXEC), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                const char *const arguments[] = {"id", "-u", NULL};

                dup2(pipe_ends[1], STDOUT_FILENO);
                if (filter_install(filter, &listener) < 0 || setresuid(65534, 65534, 65534) < 0)
                        end_process(99);
                filter_bypass(COOKIE, SYS_execve, (long)path, (long)arguments, (long)environ, 0, 0);
                end_process(98);
        }
        close(pipe_ends[1]);
        count = read_all(pipe_ends[0], output, size - 1);
        close(pipe_ends[0]);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        assert_true(count >= 0);
        output[count] = '\0';
}

static void test_setuid_programs_keep_working(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_of("umask", "");
        CLEANUP_FILTER struct filter *filter = filter_of(policy, false, false);
        CLEANUP_FREE char *program = NULL;
        char folder[] = "/tmp/loupe-setuid-XXXXXX";
        CLEANUP_FREE char *path = NULL;
        struct statvfs file_system;
        char output[32];
        size_t size;
        int fd;

        (void)state;
        if (geteuid() != 0 || statvfs("/tmp", &file_system) < 0 ||
                (file_system.f_flag & (ST_NOSUID | ST_NOEXEC)))
                skip();
        assert_non_null(mkdtemp(folder));
        assert_int_equal(chmod(folder, 0755), 0);
        path = string_format("%s/id", folder);
        assert_int_equal(read_file("/usr/bin/id", 16u << 20, &program, &size), 0);
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
        assert_int_equal(write_all(fd, program, size), 0);
        assert_int_equal(fchmod(fd, 04755), 0);
        close(fd);
        run_setuid_program(filter, path, output, sizeof(output));
        unlink(path);
        rmdir(folder);
        assert_string_equal(output, "0\n");
}

static void test_empty_filters_are_recognised(void **state)
{
        static const struct {
                const char *stubs, *fakes;
                bool count_launch, trace, empty, supervisor;
        } rows[] = {
                {"", "", false, false, true, false},
                {"", "", true, false, true, false},
                {"", "", false, true, false, false},
                {"read", "", false, false, false, false},
                {"i386:read", "", false, false, false, false},
                {"", "close,write=0", false, false, false, false},
                {"", "getpid=1", false, false, false, true},
                {"", "write", false, true, false, true},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_POLICY struct policy *policy = policy_of(rows[i].stubs, rows[i].fakes);
                CLEANUP_FILTER struct filter *filter =
                        filter_of(policy, rows[i].count_launch, rows[i].trace);

                assert_int_equal(filter_is_empty(filter), rows[i].empty);
                assert_int_equal(filter_needs_supervisor(filter), rows[i].supervisor);
        }
}

static void test_empty_filter_can_be_installed(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        CLEANUP_FILTER struct filter *filter = filter_of(policy, false, false);

        (void)state;
        assert_int_equal(status_behind(filter, see_no_stub), 0);
}

static void test_cookies_differ_and_look_like_nothing_else(void **state)
{
        uint64_t first = filter_cookie(), second = filter_cookie();

        (void)state;
        assert_true(first != second);
        assert_true(first >> 62 & 1);
        assert_true(first & 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_stub_fails_with_its_errno),
                cmocka_unit_test(test_fake_of_zero_needs_no_supervisor),
                cmocka_unit_test(test_threads_and_children_inherit_the_filter),
#ifdef __x86_64__
                cmocka_unit_test(test_i386_is_an_abi_of_its_own),
                cmocka_unit_test(test_a_rule_is_not_about_other_ways_to_the_same_end),
                cmocka_unit_test(test_x32_is_an_abi_of_its_own),
#endif
                cmocka_unit_test(test_cookie_passes_every_rule),
                cmocka_unit_test(test_application_does_not_learn_the_cookie),
                cmocka_unit_test(test_count_launch_holds_for_the_launching_execve),
                cmocka_unit_test(test_allowed_calls_stop_for_a_tracer),
                cmocka_unit_test(test_default_denies_what_is_not_listed),
                cmocka_unit_test(test_filter_holds_many_rules),
                cmocka_unit_test(test_every_rule_is_found),
                cmocka_unit_test(test_too_many_rules_are_an_error),
                cmocka_unit_test(test_setuid_programs_keep_working),
                cmocka_unit_test(test_empty_filters_are_recognised),
                cmocka_unit_test(test_empty_filter_can_be_installed),
                cmocka_unit_test(test_cookies_differ_and_look_like_nothing_else),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
