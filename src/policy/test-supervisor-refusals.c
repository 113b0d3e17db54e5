/* SPDX-License-Identifier: BSD-3-Clause */

/* What is noted of calls that are withheld. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "policy/asker.h"
#include "policy/test-supervised.h"

static const struct filter_options recorded = {.record_refusals = true};

/* Runs `body` under a policy, which is taken over; what it asked for in vain. */
static void refusals_of(struct policy *policy, int (*body)(void), struct refusals *ret)
{
        CLEANUP_REFUSAL_RECORD struct refusal_record *record = refusal_record_new();
        struct child child = child_start(policy, recorded, body);
        const struct supervisor_options options = {
                .policy = child.policy, .cookie = COOKIE, .refusals = record};
        CLEANUP_SUPERVISOR struct supervisor *supervisor = NULL;
        struct error error = {};
        pid_t pid = child.pid;

        assert_non_null(record);
        refusal_record_start(record, clock_seconds());
        if (supervisor_new(dup(child.listener), &options, &supervisor, &error) < 0)
                fail_msg("%s", error.message);
        while (child_calls(&child))
                assert_int_equal(supervisor_answer(supervisor), 0);
        assert_int_equal(child_finish(&child), 0);
        assert_int_equal(refusal_record_read(record, pid, ret), 0);
}

static void assert_noted(const struct refusals *refusals, size_t i, const char *name,
        uint64_t count, enum action action, int errnum)
{
        const struct refusal *refusal = &refusals->items.items[i];
        char buffer[FEATURE_NAME_MAX];

        assert_true(i < refusals->items.count);
        assert_string_equal(feature_name(refusal->feature, buffer), name);
        assert_int_equal(refusal->count, count);
        assert_int_equal(refusal->action, action);
        assert_int_equal(refusal->errnum, errnum);
}

static int ask_for_all_kinds(void)
{
        unsigned long how[3] = {O_CREAT};

        CHECK(CALL(SYS_chdir, "/") == -1 && errno == EPERM);
        CHECK(CALL(SYS_getppid) == 7);
        CHECK(CALL(SYS_fcntl, -1, F_SETFL, 0) == -1 && errno == ENOSYS);
        CHECK(CALL(SYS_fcntl, -1, F_GETFL, 0) == -1 && errno == EBADF);
        CHECK(CALL(SYS_mlock, 0, 1) == 0);
        CHECK(CALL(SYS_openat2, -1, "/", how, sizeof(how)) == -1 && errno == EIO);
        CHECK(CALL(SYS_openat2, -1, "/", 1, sizeof(how)) == -1 && errno == EFAULT);
        CHECK(CALL(SYS_openat, -1, "/proc/self/../self/status", O_RDONLY) == -1 && errno == ENOENT);
        CHECK(CALL(SYS_openat, -1, "/proc/self/comm", O_RDONLY) >= 0);
        CHECK(CALL(SYS_openat, -1, 1, O_RDONLY) == -1 && errno == EFAULT);
        CHECK(CALL(SYS_chdir, "/") == -1 && errno == EPERM);
        return 0;
}

static void test_stubs_and_fakes_of_all_kinds(void **state)
{
        CLEANUP_REFUSALS struct refusals refusals = {};

        (void)state;
        refusals_of(policy_of("chdir=EPERM,fcntl:F_SETFL,openat2:O_CREAT=EIO,"
                              "file:/proc/self/status",
                            "getppid=7,mlock"),
                ask_for_all_kinds, &refusals);
        assert_int_equal(refusals.items.count, 6);
        assert_noted(&refusals, 0, "chdir", 2, ACTION_STUB, EPERM);
        assert_noted(&refusals, 1, "getppid", 1, ACTION_FAKE, 0);
        assert_int_equal(refusals.items.items[1].success.value, 7);
        assert_noted(&refusals, 2, "fcntl:F_SETFL", 1, ACTION_STUB, ENOSYS);
        assert_noted(&refusals, 3, "mlock", 1, ACTION_FAKE, 0);
        assert_noted(&refusals, 4, "openat2:O_CREAT", 1, ACTION_STUB, EIO);
        assert_noted(&refusals, 5, "file:/proc/self/status", 1, ACTION_STUB, ENOENT);
        assert_int_equal(refusals.ended.item, 0);
        assert_int_equal(refusals.last.item, 0);
}

static void allow(struct policy *policy, const char *name)
{
        assert_int_equal(policy_allow(policy, feature_of(name)), 0);
}

/* No CHECK: it could not write. */
static int ask_for_what_is_denied_by_default(void)
{
        if (CALL(SYS_getppid) != -1 || errno != EPERM || CALL(4000) != -1 || errno != EPERM)
                return 1;
        if (CALL(SYS_fcntl, -1, F_SETFL, 0) != -1 || errno != EPERM)
                return 2;
        if (CALL(SYS_fcntl, -1, F_GETFD, 0) != -1 || errno != EBADF)
                return 3;
        if (CALL(SYS_access, "/dev/null", 0) != -1 || errno != ENXIO)
                return 4;
        if (CALL(SYS_access, "/dev/zero", 0) != 0 || CALL(SYS_access, "/", 0) != 0)
                return 5;
        return CALL(-1) == -1 && errno == ENOSYS ? 0 : 6;
}

static void test_what_is_denied_by_default(void **state)
{
        CLEANUP_REFUSALS struct refusals refusals = {};
        struct policy *policy = policy_new();

        (void)state;
        policy_set_default(policy, EPERM);
        policy_set_default_of_files(policy, ENXIO);
        allow(policy, "getpid"); /* the launcher's last */
        allow(policy, "fcntl:F_GETFD");
        allow(policy, "fcntl:F_GETFL");
        allow(policy, "access");
        allow(policy, "file:/dev/zero");
        refusals_of(policy, ask_for_what_is_denied_by_default, &refusals);
        assert_int_equal(refusals.items.count, 4);
        assert_noted(&refusals, 0, "getppid", 1, ACTION_STUB, EPERM);
        assert_noted(&refusals, 1, "syscall_4000", 1, ACTION_STUB, EPERM);
        assert_noted(&refusals, 2, "fcntl:F_SETFL", 1, ACTION_STUB, EPERM);
        assert_noted(&refusals, 3, "file:/dev/null", 1, ACTION_STUB, ENXIO);
}

#ifdef __x86_64__
static const unsigned char getppid_code[] = {
        0xb8, 0x6e, 0x00, 0x00, 0x00, /* mov $110, %eax */
        0x0f, 0x05,                   /* syscall */
        0xc3,                         /* ret */
};

/* From the C library, from the program itself, and from memory of no file. */
static int ask_from_everywhere(void)
{
        unsigned char *code = mmap(
                NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        long result;

        CHECK(code != MAP_FAILED);
        memcpy(code, getppid_code, sizeof(getppid_code));
        CHECK(CALL(SYS_umask, 0) == -1);
        __asm__ volatile("syscall"
                         : "=a"(result)
                         : "a"(SYS_chdir), "D"("/")
                         : "rcx", "r11", "memory");
        CHECK(result == -ENOSYS);
        CHECK(((long (*)(void))(uintptr_t)code)() == -ENOSYS);
        return 0;
}

static void test_objects(void **state)
{
        CLEANUP_REFUSALS struct refusals refusals = {};
        char own[4096];
        ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);

        (void)state;
        assert_true(length > 0);
        own[length] = '\0';
        refusals_of(policy_of("umask,chdir,getppid", ""), ask_from_everywhere, &refusals);
        assert_int_equal(refusals.items.count, 3);
        assert_non_null(strstr(refusals.items.items[0].object, "/libc"));
        assert_string_equal(refusals.items.items[1].object, own);
        assert_string_equal(refusals.items.items[2].object, "[anonymous]");
}
#endif

static void *ask_in_thread(void *context)
{
        (void)context;
        CALL(SYS_umask, 0);
        CALL(SYS_umask, 0);
        return NULL;
}

/* The last refusals are a thread's and then a child's. */
static int ask_in_thread_and_child(void)
{
        pthread_t thread;
        pid_t pid;

        CHECK(CALL(SYS_getppid) == -1);
        CHECK(pthread_create(&thread, NULL, ask_in_thread, NULL) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
        pid = fork();
        if (pid == 0) {
                CALL(SYS_chdir, "/");
                end_process(0);
        }
        CHECK(waitpid(pid, NULL, 0) == pid);
        return 0;
}

static void test_the_process_of_a_thread(void **state)
{
        CLEANUP_REFUSALS struct refusals refusals = {};

        (void)state;
        refusals_of(policy_of("umask,chdir,getppid", ""), ask_in_thread_and_child, &refusals);
        assert_int_equal(refusals.items.count, 3);
        assert_noted(&refusals, 1, "umask", 2, ACTION_STUB, ENOSYS);
        assert_true(refusals.ended.known && refusals.last.known);
        assert_int_equal(refusals.ended.item, 1);
        assert_int_equal(refusals.last.item, 2);
        assert_true(refusals.ended.when <= refusals.last.when);
}

static int ask_for_many_numbers(void)
{
        for (int round = 0; round < 2; round++)
                for (int number = 1000; number < 11000; number++)
                        if (CALL(number) != -1 || errno != EPERM)
                                return 1;
        return 0;
}

static void test_more_than_there_is_room_for(void **state)
{
        CLEANUP_REFUSALS struct refusals refusals = {};
        struct policy *policy = policy_new();
        uint64_t noted = 0;

        (void)state;
        policy_set_default(policy, EPERM);
        allow(policy, "getpid");
        refusals_of(policy, ask_for_many_numbers, &refusals);
        for (size_t i = 0; i < refusals.items.count; i++) {
                assert_int_equal(refusals.items.items[i].feature.number, 1000 + i);
                noted += refusals.items.items[i].count;
        }
        assert_int_equal(refusals.items.count, 4096);
        assert_int_equal(noted + refusals.lost, 20000);
        assert_false(refusals.last.known);
}

static int fork_and_ask(int depth)
{
        for (int i = 0; i < 3; i++) {
                pid_t pid = depth > 0 ? fork() : -1;

                if (pid == 0)
                        end_process(fork_and_ask(depth - 1));
                if (CALL(SYS_chdir, "/") != -1)
                        return 1;
                if (pid > 0 && waitpid(pid, NULL, 0) != pid)
                        return 2;
        }
        return 0;
}

static int ask_in_a_tree(void)
{
        return fork_and_ask(4);
}

static void test_a_tree_of_processes(void **state)
{
        CLEANUP_REFUSALS struct refusals refusals = {};

        (void)state;
        refusals_of(policy_of("chdir", ""), ask_in_a_tree, &refusals);
        /* 1 + 3 + 9 + 27 + 81 processes, three times each. */
        assert_int_equal(refusals.items.count, 1);
        assert_noted(&refusals, 0, "chdir", 363, ACTION_STUB, ENOSYS);
}

static int ask_once(void)
{
        CALL(SYS_chdir, "/");
        return 0;
}

/* What was found out about a caller that is gone may be about another: its call never happened. */
static void test_a_caller_that_was_killed(void **state)
{
        CLEANUP_REFUSAL_RECORD struct refusal_record *record = refusal_record_new();
        struct child child = child_start(policy_of("chdir", ""), recorded, ask_once);
        const struct refused refused = {
                .feature = &(const struct feature){.abi = abi_native(), .number = SYS_chdir},
                .action = ACTION_STUB,
                .errnum = ENOSYS,
        };
        CLEANUP_CLOSE int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
        CLEANUP_ASKERS struct askers *askers = askers_new(proc);
        CLEANUP_REFUSALS struct refusals refusals = {};
        struct seccomp_notif_resp response = {};
        struct seccomp_notif notification = {};
        struct call call;

        (void)state;
        assert_true(child_calls(&child));
        assert_int_equal(ioctl(child.listener, SECCOMP_IOCTL_NOTIF_RECV, &notification), 0);
        assert_int_equal(call_init(&call, child.listener, &notification, &response), 0);
        assert_int_equal(kill(child.pid, SIGKILL), 0);
        assert_int_equal(waitpid(child.pid, NULL, 0), child.pid);
        assert_false(askers_note(askers, &call, &refused, record));
        assert_int_equal(refusal_record_read(record, child.pid, &refusals), 0);
        assert_int_equal(refusals.items.count, 0);
        close(child.listener);
        policy_free(child.policy);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_stubs_and_fakes_of_all_kinds),
                cmocka_unit_test(test_what_is_denied_by_default),
#ifdef __x86_64__
                cmocka_unit_test(test_objects),
#endif
                cmocka_unit_test(test_the_process_of_a_thread),
                cmocka_unit_test(test_a_caller_that_was_killed),
                cmocka_unit_test(test_more_than_there_is_room_for),
                cmocka_unit_test(test_a_tree_of_processes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
