/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <ctype.h>
#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "sandbox/test-inside.h"
#include "sandbox/test-user.h"

/* The life and the bounds of a sandbox; its file system is in test-root.c. */

/* The name under which this program runs as the application. */
#define PROBE "confined-probe"

static int look_at_processes(void *context)
{
        DIR *directory = opendir("/proc");
        const struct dirent *entry;

        (void)context;
        CHECK(getpid() == 1);
        CHECK(directory);
        while ((entry = readdir(directory)))
                CHECK(!isdigit(entry->d_name[0]) || string_equal(entry->d_name, "1"));
        closedir(directory);
        return 0;
}

static void test_processes(void **state)
{
        (void)state;
        expect_success(&plain, look_at_processes, NULL);
}

/* Leaves a process that only SIGKILL ends, and that holds the pipe `context` and a port. */
static int leave_daemon(void *context)
{
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(18231)};
        int pipe = *(int *)context, fd, ends[2];
        char byte;

        CHECK(pipe2(ends, O_CLOEXEC) == 0);
        if (fork() == 0) {
                setsid();
                if (fork() == 0) {
                        for (int number = 1; number < NSIG; number++)
                                signal(number, SIG_IGN);
                        fd = socket(AF_INET, SOCK_STREAM, 0);
                        if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
                                listen(fd, 1) == 0 && write(ends[1], "", 1) == 1)
                                poll(&(struct pollfd){.fd = pipe}, 1, 60000);
                }
                _exit(0);
        }
        close(ends[1]);
        CHECK(read(ends[0], &byte, 1) == 1);
        return 7;
}

static void test_daemon(void **state)
{
        struct pollfd event;
        int ends[2], status;

        (void)state;
        /* Twice: the port must be free again. */
        for (int i = 0; i < 2; i++) {
                struct sandbox *sandbox;

                assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
                sandbox = start(&plain, leave_daemon, &ends[1]);
                close(ends[1]);
                status = finish(sandbox);
                assert_int_equal(WEXITSTATUS(status), 7);
                /* At once: when the first process is waited for, all others are gone. */
                event = (struct pollfd){.fd = ends[0], .events = POLLIN};
                assert_int_equal(poll(&event, 1, 0), 1);
                assert_true(event.revents & POLLHUP);
                close(ends[0]);
        }
}

static int wait_long(void *context)
{
        int pipe = *(int *)context;

        if (fork() == 0)
                setsid();
        if (write(pipe, "", 1) != 1)
                return 1;
        poll(&(struct pollfd){.fd = pipe}, 1, 60000);
        return 0;
}

static void test_killed_parent(void **state)
{
        struct pollfd event;
        struct sandbox *sandbox;
        int ends[2];
        char bytes[2];
        pid_t pid;

        (void)state;
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        pid = fork();
        if (pid == 0) {
                close(ends[0]);
                if (sandbox_start(&plain, wait_long, &ends[1], &sandbox, NULL) == 0)
                        pause();
                _exit(1);
        }
        close(ends[1]);
        for (size_t i = 0; i < sizeof(bytes); i++)
                assert_int_equal(read(ends[0], &bytes[i], 1), 1);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        event = (struct pollfd){.fd = ends[0], .events = POLLIN};
        assert_int_equal(poll(&event, 1, 5000), 1);
        assert_true(event.revents & POLLHUP);
        close(ends[0]);
}

static void test_kill(void **state)
{
        struct sandbox *sandbox;
        struct pollfd event;
        int ends[2], status;
        char byte;

        (void)state;
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        sandbox = start(&plain, wait_long, &ends[1]);
        assert_int_equal(read(ends[0], &byte, 1), 1);
        event = (struct pollfd){.fd = sandbox_pidfd(sandbox), .events = POLLIN};
        assert_int_equal(poll(&event, 1, 0), 0);
        sandbox_kill(sandbox);
        assert_int_equal(poll(&event, 1, 5000), 1);
        status = finish(sandbox);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGKILL);
        /* And one that is only freed. */
        sandbox_free(start(&plain, wait_long, &ends[1]));
        close(ends[0]);
        close(ends[1]);
        assert_int_equal(waitpid(-1, NULL, 0), -1);
}

static int return_number(void *context)
{
        return *(int *)context;
}

static void test_nothing_left(void **state)
{
        CLEANUP_FREE char *before = content_of("/proc/self/mountinfo"), *after = NULL;
        int number = 3;

        (void)state;
        assert_int_equal(WEXITSTATUS(finish(start(&plain, return_number, &number))), 3);
        after = content_of("/proc/self/mountinfo");
        assert_string_equal(before, after);
}

static int talk_over_loopback(void *context)
{
        struct sockaddr_in address = {
                .sin_family = AF_INET,
                .sin_port = htons(18232),
                .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        };
        int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
        struct sockaddr_in outside = address;

        (void)context;
        CHECK(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0);
        CHECK(listen(listener, 1) == 0);
        CHECK(connect(client, (struct sockaddr *)&address, sizeof(address)) == 0);
        outside.sin_addr.s_addr = inet_addr("192.0.2.1");
        CHECK(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&outside,
                      sizeof(outside)) < 0 &&
                errno == ENETUNREACH);
        /* Long enough that the sandboxes of the test meet if they can. */
        poll(NULL, 0, 50);
        return 0;
}

static void test_network(void **state)
{
        struct sandbox *sandboxes[8];

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(sandboxes); i++)
                sandboxes[i] = start(&plain, talk_over_loopback, NULL);
        for (size_t i = 0; i < ARRAY_SIZE(sandboxes); i++)
                assert_int_equal(finish(sandboxes[i]), 0);
}

/* What an application might try, in the state that it is in after its execve. */
static int probe(void)
{
        static const char *const read_only[] = {"/proc/sys/kernel/hostname",
                "/proc/sys/net/core/somaxconn", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger",
                "/sys/power/state", "/sys/kernel/mm/transparent_hugepage/enabled",
                "/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/pids/cgroup.procs"};
        cap_t set = cap_get_proc(), none = cap_init();
        cap_flag_value_t inheritable;

        CHECK(mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_BIND, NULL) < 0);
        CHECK(mount(NULL, "/sys", NULL, MS_REMOUNT | MS_BIND, NULL) < 0);
        CHECK(mount("none", "/tmp", "tmpfs", 0, NULL) < 0);
        CHECK(umount2("/proc/sys", 0) < 0);
        CHECK(umount2("/proc/sys", MNT_DETACH) < 0);
        CHECK(umount2(SANDBOX_SCRATCH, MNT_DETACH) < 0);
        CHECK(ptrace(PTRACE_ATTACH, 1, NULL, NULL) < 0);
        CHECK(ptrace(PTRACE_SEIZE, 1, NULL, NULL) < 0);
        CHECK(open("/proc/1/mem", O_RDONLY) < 0);
        CHECK(access("/proc/1/root/.", F_OK) < 0);
        for (int number = 1; number < NSIG; number++)
                kill(1, number);
        for (size_t i = 0; i < ARRAY_SIZE(read_only); i++)
                CHECK(open(read_only[i], O_WRONLY) < 0);
        CHECK(sethostname("x", 1) < 0 && errno == EPERM);
        CHECK(prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN) == 0);
        CHECK(prctl(PR_CAPBSET_READ, CAP_SYS_PTRACE) == 0);
        CHECK(prctl(PR_CAPBSET_READ, CAP_LAST_CAP) == 0);
        CHECK(cap_get_flag(set, CAP_CHOWN, CAP_INHERITABLE, &inheritable) == 0);
        CHECK(inheritable == CAP_CLEAR);
        CHECK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0) == 0);
        /* What is contained stays: root is root, a user is none. */
        CHECK((cap_compare(set, none) != 0) == (geteuid() == 0));
        cap_free(set);
        cap_free(none);
        return 0;
}

static int run_probe(void *context)
{
        int status;
        pid_t pid = fork();

        (void)context;
        if (pid == 0) {
                CHECK(sandbox_confine() == 0);
                execl("/proc/self/exe", PROBE, NULL);
                _exit(98);
        }
        CHECK(waitpid(pid, &status, 0) == pid);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 97;
}

static void test_confined(void **state)
{
        (void)state;
        expect_success(&plain, run_probe, NULL);
}

/* An orphan's time is to be counted too. */
static int burn(void *context)
{
        double end;

        (void)context;
        if (fork() == 0) {
                if (fork() == 0) {
                        struct rusage usage = {};

                        while (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec < 50000)
                                getrusage(RUSAGE_SELF, &usage);
                        _exit(0);
                }
                _exit(0);
        }
        end = clock_seconds() + 30;
        while (wait(NULL) > 0 && clock_seconds() < end)
                ;
        return 0;
}

static void test_usage(void **state)
{
        CLEANUP_SANDBOX struct sandbox *sandbox = start(&plain, burn, NULL);
        struct error error = {};
        struct rusage usage;
        int status;

        (void)state;
        assert_int_equal(sandbox_finish(sandbox, &status, &usage, &error), 0);
        assert_int_equal(status, 0);
        assert_true(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec >= 50000);
}

static int look_at_process(void *context)
{
        struct sigaction action;
        sigset_t blocked;
        char name[64];

        (void)context;
        for (int number = 1; number < NSIG; number++)
                if (sigaction(number, NULL, &action) == 0)
                        CHECK(action.sa_handler == SIG_DFL);
        CHECK(sigprocmask(SIG_SETMASK, NULL, &blocked) == 0);
        CHECK(!sigismember(&blocked, SIGTERM));
        CHECK(gethostname(name, sizeof(name)) == 0 && string_equal(name, "loupe"));
        CHECK(umask(0) == 022);
        CHECK(prctl(PR_GET_DUMPABLE) == 0);
        return 0;
}

static void test_process_state(void **state)
{
        sigset_t terminate;

        (void)state;
        sigemptyset(&terminate);
        sigaddset(&terminate, SIGTERM);
        sigprocmask(SIG_BLOCK, &terminate, NULL);
        signal(SIGPIPE, SIG_IGN);
        expect_success(&plain, look_at_process, NULL);
        signal(SIGPIPE, SIG_DFL);
        sigprocmask(SIG_UNBLOCK, &terminate, NULL);
}

/* Exits with 0 if the failure of the set-up was told as it should be. */
static int fail_without_proc(void)
{
        struct sandbox *sandbox;
        struct error error = {};
        struct rusage usage;
        int status;

        CHECK(unshare(CLONE_NEWNS) == 0);
        CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
        CHECK(mount("none", "/proc", "tmpfs", 0, NULL) == 0);
        CHECK(sandbox_start(&plain, return_number, NULL, &sandbox, &error) == 0);
        CHECK(sandbox_finish(sandbox, &status, &usage, &error) == -ENOENT);
        CHECK(strstr(error.message, "setting up the sandbox: reading /proc/self/mountinfo: "));
        sandbox_free(sandbox);
        return 0;
}

static void test_failure(void **state)
{
        int status;
        pid_t pid;

        (void)state;
        if (geteuid() != 0) {
                print_message("         only root can take away /proc\n");
                skip();
        }
        pid = fork();
        if (pid == 0)
                _exit(fail_without_proc());
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_processes),
                cmocka_unit_test(test_daemon),
                cmocka_unit_test(test_killed_parent),
                cmocka_unit_test(test_kill),
                cmocka_unit_test(test_nothing_left),
                cmocka_unit_test(test_network),
                cmocka_unit_test(test_confined),
                cmocka_unit_test(test_usage),
                cmocka_unit_test(test_process_state),
                cmocka_unit_test(test_failure),
        };
        int failed;

        if (argc > 0 && string_equal(argv[0], PROBE))
                return probe();
        failed = cmocka_run_group_tests_name(
                geteuid() == 0 ? "sandbox as root" : "sandbox as a user", tests, NULL, NULL);
        if (geteuid() == 0)
                failed += test_again_as_user();
        return failed;
}
