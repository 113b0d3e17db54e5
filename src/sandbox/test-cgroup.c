/* SPDX-License-Identifier: BSD-3-Clause */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/strings.h"
#include "sandbox/cgroup.h"
#include "sandbox/hierarchy.h"
#include "sandbox/sandbox.h"
#include "sandbox/test-user.h"

static const struct cgroup_limits mild = {.memory = 48u << 20, .processes = 8};

/* The sanitizer's shadow memory counts as the process's data: more than any rlimit that means
 * something. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define RLIMITS_FIT false
#else
#define RLIMITS_FIT true
#endif

static struct cgroup_pool *new_pool(unsigned count)
{
        struct cgroup_pool *pool = NULL;
        struct error error = {};

        if (cgroup_pool_new(&mild, count, &pool, &error) < 0)
                fail_msg("%s", error.message);
        return pool;
}

static bool has_groups(const struct cgroup_pool *pool)
{
        return !strstr(cgroup_pool_describe(pool), "rlimits");
}

/* The number of groups in all hierarchies that carry the name of `owner`. */
static unsigned count_groups(pid_t owner)
{
        CLEANUP_FREE char *prefix = string_format("loupe-%d-", (int)owner);
        struct hierarchy hierarchies[CONTROLLER_COUNT];
        struct error error = {};
        const struct dirent *entry;
        unsigned found = 0;
        int count;

        count = hierarchy_find(hierarchies, &error);
        assert_true(count >= 0);
        for (int i = 0; i < count; i++) {
                DIR *directory = opendir(hierarchies[i].parent);

                assert_non_null(directory);
                while ((entry = readdir(directory)))
                        found += string_has_prefix(entry->d_name, prefix);
                closedir(directory);
                free(hierarchies[i].parent);
        }
        return found;
}

/* Runs `body` under the limits of a slot. Returns the status as of wait(2). */
static int run_limited(const struct cgroup_pool *pool, unsigned index, int (*body)(void))
{
        int status;
        pid_t pid = fork();

        if (pid == 0)
                _exit(cgroup_pool_enter(pool, index) < 0 ? 99 : body());
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return status;
}

static int use_memory(size_t size)
{
        char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (memory == MAP_FAILED)
                return 1;
        memset(memory, 1, size);
        return 0;
}

static int use_much_memory(void)
{
        return use_memory(4 * mild.memory);
}

static int use_little_memory(void)
{
        return use_memory(1u << 20);
}

/*
 * As root in namespaces of one's own the hierarchies can be mounted, and the limits of what is seen
 * there changed. What cannot be done is no matter: the memory is used all the same.
 */
static int lift_limit_and_use_much_memory(void)
{
        static const char *const limits[] = {"/tmp/memory.memsw.limit_in_bytes",
                "/tmp/memory.limit_in_bytes", "/tmp/memory.max"};

        if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP) == 0) {
                write_file("/proc/self/uid_map", "0 0 1");
                mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
                if (mount("none", "/tmp", "cgroup", 0, "memory") < 0)
                        mount("none", "/tmp", "cgroup2", 0, NULL);
                for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
                        write_file(limits[i], "17179869184");
        }
        return use_much_memory();
}

/* How many processes can be there at once, itself included; at most 20 are tried. */
static int count_processes(void)
{
        int count = 1, ends[2];
        pid_t pid;
        char byte;

        if (pipe(ends) < 0)
                return 98;
        while (count < 20) {
                pid = fork();
                if (pid < 0)
                        break;
                if (pid == 0) {
                        close(ends[1]);
                        _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
                }
                count++;
        }
        close(ends[1]);
        while (wait(NULL) > 0)
                ;
        return count;
}

static void test_memory(void **state)
{
        CLEANUP_CGROUP_POOL struct cgroup_pool *pool = new_pool(2);
        int status;

        (void)state;
        if (!has_groups(pool) && !RLIMITS_FIT) {
                print_message("         no control groups, and memory belongs to the sanitizer\n");
                pool = cgroup_pool_free(pool);
                skip();
        }
        assert_false(cgroup_pool_out_of_memory(pool, 0));
        assert_int_equal(run_limited(pool, 0, use_little_memory), 0);
        assert_false(cgroup_pool_out_of_memory(pool, 0));
        status = run_limited(pool, 0, use_much_memory);
        if (!has_groups(pool)) {
                /* The allocation fails instead. */
                assert_true(WIFEXITED(status));
                assert_int_equal(WEXITSTATUS(status), 1);
                return;
        }
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGKILL);
        assert_true(cgroup_pool_out_of_memory(pool, 0));
        assert_false(cgroup_pool_out_of_memory(pool, 0));
        assert_false(cgroup_pool_out_of_memory(pool, 1));
        assert_int_equal(run_limited(pool, 0, use_little_memory), 0);
}

static void test_memory_is_out_of_reach(void **state)
{
        CLEANUP_CGROUP_POOL struct cgroup_pool *pool = new_pool(1);
        int status;

        (void)state;
        if (!has_groups(pool)) {
                print_message("         no control groups\n");
                pool = cgroup_pool_free(pool);
                skip();
        }
        status = run_limited(pool, 0, lift_limit_and_use_much_memory);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGKILL);
}

struct entry_context {
        const struct cgroup_pool *pool;
};

static int enter_and_count(void *context)
{
        const struct entry_context *entry = context;
        int status;
        pid_t pid = fork();

        if (pid == 0)
                _exit(cgroup_pool_enter(entry->pool, 0) < 0 ? 99 : count_processes());
        waitpid(pid, &status, 0);
        return WEXITSTATUS(status);
}

/* In a sandbox: without control groups processes are counted in each user namespace. */
static void test_processes(void **state)
{
        CLEANUP_CGROUP_POOL struct cgroup_pool *pool = new_pool(1);
        const struct sandbox_options options = {.disk = 1u << 20};
        CLEANUP_SANDBOX struct sandbox *sandbox = NULL;
        struct entry_context context = {.pool = pool};
        struct error error = {};
        struct rusage usage;
        int status;

        (void)state;
        if (!has_groups(pool) && geteuid() == 0) {
                print_message("         no control groups: nothing limits root's processes\n");
                pool = cgroup_pool_free(pool);
                skip();
        }
        assert_int_equal(sandbox_start(&options, enter_and_count, &context, &sandbox, &error), 0);
        if (sandbox_finish(sandbox, &status, &usage, &error) < 0)
                fail_msg("%s", error.message);
        assert_true(WIFEXITED(status));
        assert_in_range(WEXITSTATUS(status), mild.processes - 1, mild.processes);
}

static void test_groups_go(void **state)
{
        struct cgroup_pool *one = new_pool(3), *other = new_pool(1);
        unsigned both = count_groups(getpid());

        (void)state;
        if (has_groups(one))
                assert_true(both == 4 || both == 8);
        else
                assert_int_equal(both, 0);
        cgroup_pool_free(one);
        assert_int_equal(count_groups(getpid()), both / 4);
        if (has_groups(other) || RLIMITS_FIT)
                assert_int_equal(run_limited(other, 0, use_little_memory), 0);
        cgroup_pool_free(other);
        assert_int_equal(count_groups(getpid()), 0);
        /* The janitors were waited for, and nothing else is left behind. */
        assert_int_equal(waitpid(-1, NULL, 0), -1);
        assert_int_equal(errno, ECHILD);
}

static void wait_until_gone(pid_t owner)
{
        double end = clock_seconds() + 10;

        while (count_groups(owner) > 0) {
                if (clock_seconds() > end)
                        fail_msg("the groups of %d are still there", (int)owner);
                poll(NULL, 0, 20);
        }
}

/* Makes a pool with a process in it that ignores all signals, tells so, and waits to be killed. */
static void own_a_pool(int pipe)
{
        struct cgroup_pool *pool;
        pid_t pid;

        if (cgroup_pool_new(&mild, 1, &pool, NULL) < 0)
                _exit(1);
        pid = fork();
        if (pid == 0) {
                for (int number = 1; number < NSIG; number++)
                        signal(number, SIG_IGN);
                setsid();
                cgroup_pool_enter(pool, 0);
        }
        if (write(pipe, "", 1) != 1)
                _exit(1);
        /* As long as the pipe's other end is there: the test does not leave it behind where it
         * fails. */
        poll(&(struct pollfd){.fd = pipe}, 1, 60000);
        _exit(0);
}

static void test_killed_owner(void **state)
{
        CLEANUP_CLOSE int reader = -1;
        struct pollfd event;
        int ends[2];
        char bytes[2];
        pid_t pid;
        bool grouped;

        (void)state;
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        pid = fork();
        if (pid == 0) {
                close(ends[0]);
                own_a_pool(ends[1]);
        }
        close(ends[1]);
        reader = ends[0];
        for (size_t i = 0; i < sizeof(bytes); i++)
                assert_int_equal(read(reader, &bytes[i], 1), 1);
        grouped = count_groups(pid) > 0;
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        wait_until_gone(pid);
        if (!grouped) {
                print_message(
                        "         no control groups: what outlives its sandbox is not tested\n");
                skip();
        }
        /* The process in it is gone as well: nobody has the pipe any more. */
        event = (struct pollfd){.fd = reader, .events = POLLIN};
        assert_int_equal(poll(&event, 1, 5000), 1);
        assert_true(event.revents & POLLHUP);
}

static void test_sweep(void **state)
{
        struct hierarchy hierarchies[CONTROLLER_COUNT];
        struct error error = {};
        int count, status;
        pid_t dead = fork();

        (void)state;
        if (dead == 0)
                _exit(0);
        waitpid(dead, &status, 0);
        count = hierarchy_find(hierarchies, &error);
        assert_true(count >= 0);
        for (int i = 0; i < count; i++) {
                CLEANUP_FREE char *path =
                        string_format("%s/loupe-%d-7", hierarchies[i].parent, (int)dead);

                assert_int_equal(mkdir(path, 0755), 0);
                free(hierarchies[i].parent);
        }
        assert_int_equal(count_groups(dead), count);
        cgroup_pool_free(new_pool(1));
        assert_int_equal(count_groups(dead), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_memory),
                cmocka_unit_test(test_memory_is_out_of_reach),
                cmocka_unit_test(test_processes),
                cmocka_unit_test(test_groups_go),
                cmocka_unit_test(test_killed_owner),
                cmocka_unit_test(test_sweep),
        };
        int failed;

        failed = cmocka_run_group_tests_name(
                geteuid() == 0 ? "cgroup as root" : "cgroup as a user", tests, NULL, NULL);
        if (geteuid() == 0)
                failed += test_again_as_user();
        return failed;
}
