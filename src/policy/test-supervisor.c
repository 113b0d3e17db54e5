/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "feature/selector.h"
#include "policy/test-supervised.h"

static void assert_supervised(const char *fakes, int (*body)(void))
{
        supervise(policy_of("", fakes), (struct filter_options){}, (struct supervisor_options){},
                body);
}

/* Answers one call; the listener stays open. */
static int answer(int listener, const struct policy *policy)
{
        const struct supervisor_options options = {.policy = policy};
        CLEANUP_SUPERVISOR struct supervisor *supervisor = NULL;

        assert_int_equal(supervisor_new(dup(listener), &options, &supervisor, NULL), 0);
        return supervisor_answer(supervisor);
}

static int see_constants(void)
{
        CHECK(CALL(SYS_getppid) == 7);
        CHECK(CALL(SYS_umask, 022) == 4294967296);
        return 0;
}

static void test_constants(void **state)
{
        (void)state;
        assert_supervised("getppid=7,umask=4294967296", see_constants);
}

static int see_arguments(void)
{
        struct stat status;

        CHECK(CALL(SYS_sendto, 7777, "text", 4, 0, NULL, 0) == 4);
        CHECK(CALL(SYS_pwrite64, 7777, NULL, 0L, 0) == 0);
        CHECK(CALL(SYS_pwrite64, 7777, NULL, 5L << 32, 0) == 5L << 32);
        CHECK(CALL(SYS_pwrite64, 7777, NULL, -1L, 0) == -1 && errno == EINVAL);
        CHECK(CALL(SYS_brk, 0x7fff12345000) == 0x7fff12345000);
        CHECK(CALL(SYS_dup3, STDERR_FILENO, 77, 0) == 77);
        CHECK(fstat(77, &status) == -1 && errno == EBADF);
        /* Descriptors are ints: what stands in the upper half does not count. */
        CHECK(CALL(SYS_dup3, STDERR_FILENO, 3L << 32 | 5, 0) == 5);
        CHECK(CALL(SYS_dup3, STDERR_FILENO, -1L, 0) == -1 && errno == EBADF);
        return 0;
}

static void test_values_of_arguments(void **state)
{
        (void)state;
        assert_supervised("sendto,pwrite64,brk,dup3", see_arguments);
}

static int write_is_swallowed(void)
{
        int ends[2], available = -1;

        if (CALL(SYS_pipe2, ends, 0) < 0)
                return 1;
        if (CALL(SYS_write, ends[1], "text", 4) != 4)
                return 2;
        return ioctl(ends[0], FIONREAD, &available) == 0 && available == 0 ? 0 : 3;
}

static void test_faked_write_writes_nothing(void **state)
{
        (void)state;
        assert_supervised("write", write_is_swallowed);
}

static int see_vectors(void)
{
        static char text[] = "abcde";
        static struct iovec vectors[UIO_MAXIOV + 1] = {
                {.iov_base = text, .iov_len = 3},
                {.iov_base = NULL, .iov_len = 0},
                {.iov_base = text + 3, .iov_len = 2},
        };
        static struct iovec huge[] = {{.iov_len = INT64_MAX}, {.iov_len = INT64_MAX}};
        static struct iovec negative[] = {{.iov_len = 1}, {.iov_len = SIZE_MAX}};
        void *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        CHECK(CALL(SYS_writev, 7777, vectors, 3L) == 5);
        CHECK(CALL(SYS_writev, 7777, vectors, 0L) == 0);
        CHECK(CALL(SYS_writev, 7777, vectors, (long)UIO_MAXIOV) == 5);
        CHECK(CALL(SYS_writev, 7777, vectors, UIO_MAXIOV + 1L) == -1 && errno == EINVAL);
        CHECK(CALL(SYS_writev, 7777, vectors, -1L) == -1 && errno == EINVAL);
        CHECK(CALL(SYS_writev, 7777, huge, 2L) == 0x7ffff000);
        huge[0].iov_len = huge[1].iov_len = 0x7fffefff;
        CHECK(CALL(SYS_writev, 7777, huge, 2L) == 0x7ffff000);
        CHECK(CALL(SYS_writev, 7777, huge, 1L) == 0x7fffefff);
        CHECK(CALL(SYS_writev, 7777, negative, 2L) == -1 && errno == EINVAL);
        CHECK(CALL(SYS_writev, 7777, nowhere, 1L) == -1 && errno == EFAULT);
        CHECK(CALL(SYS_writev, 7777, NULL, 1L) == -1 && errno == EFAULT);
        return 0;
}

static void test_bytes_in_vectors(void **state)
{
        (void)state;
        assert_supervised("writev", see_vectors);
}

static int see_messages(void)
{
        static char text[] = "abcd";
        struct iovec vectors[] = {
                {.iov_base = text, .iov_len = 3}, {.iov_base = text + 3, .iov_len = 1}};
        struct msghdr message = {.msg_iov = vectors, .msg_iovlen = 2};

        CHECK(CALL(SYS_sendmsg, 7777, &message, 0) == 4);
        message.msg_iovlen = UIO_MAXIOV + 1;
        CHECK(CALL(SYS_sendmsg, 7777, &message, 0) == -1 && errno == EMSGSIZE);
        message = (struct msghdr){.msg_iov = NULL, .msg_iovlen = 1};
        CHECK(CALL(SYS_sendmsg, 7777, &message, 0) == -1 && errno == EFAULT);
        message.msg_iovlen = 0;
        CHECK(CALL(SYS_sendmsg, 7777, &message, 0) == 0);
        CHECK(CALL(SYS_sendmsg, 7777, 8L, 0) == -1 && errno == EFAULT);
        return 0;
}

static void test_bytes_in_messages(void **state)
{
        (void)state;
        assert_supervised("sendmsg", see_messages);
}

#ifdef __x86_64__
/* What a program with 32-bit pointers passes; it must itself lie below 4 GiB. */
struct short_message {
        uint32_t vectors[4]; /* two iovecs: address, length */
        uint32_t header[7];  /* name and its length, iovecs and their count, … */
};

static int see_short_pointers(void)
{
        struct short_message *message = mmap(
                NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

        CHECK(message != MAP_FAILED);
        message->vectors[1] = 30;
        message->vectors[3] = 12;
        message->header[2] = (uint32_t)(uintptr_t)message->vectors;
        message->header[3] = 2;
        CHECK(i386_call(I386_WRITEV, 7777, (uintptr_t)message->vectors, 2) == 42);
        CHECK(i386_call(I386_SENDMSG, 7777, (uintptr_t)message->header, 0) == 42);
        message->vectors[1] = 0x80000000;
        CHECK(i386_call(I386_WRITEV, 7777, (uintptr_t)message->vectors, 2) == -EINVAL);
        CHECK(i386_call(I386_WRITEV, 7777, 8, 2) == -EFAULT);
        return 0;
}

static void test_programs_with_short_pointers(void **state)
{
        (void)state;
        assert_supervised("i386:writev,i386:sendmsg", see_short_pointers);
}
#endif

static int see_descriptors(void)
{
        struct rlimit limit = {.rlim_cur = 0, .rlim_max = 0};
        struct stat status;
        char byte;
        int fd = (int)CALL(SYS_socket, AF_INET, SOCK_STREAM, 0);
        int other = (int)CALL(SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        CHECK(fd >= 0 && other >= 0 && other != fd);
        CHECK(fcntl(fd, F_GETFD) == 0);
        CHECK(fcntl(other, F_GETFD) == FD_CLOEXEC);
        CHECK(fstat(fd, &status) == 0 && S_ISCHR(status.st_mode));
        CHECK(status.st_rdev == makedev(1, 3));
        CHECK(read(fd, &byte, 1) == 0);
        CHECK(write(fd, "text", 4) == 4);
        CHECK(listen(fd, 1) == -1 && errno == ENOTSOCK);
        CHECK(close(fd) == 0);
        CHECK(CALL(SYS_openat, AT_FDCWD, "/nowhere", O_RDONLY | O_CLOEXEC) == fd);
        CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
        CHECK(CALL(SYS_dup, 7777) >= 0);
        CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
        CHECK(CALL(SYS_socket, AF_INET, SOCK_STREAM, 0) == -1 && errno == EMFILE);
        return 0;
}

static void test_descriptors_lead_nowhere(void **state)
{
        (void)state;
        assert_supervised("socket,openat,dup", see_descriptors);
}

static void *thread_number_is_right(void *ignored)
{
        (void)ignored;
        return (void *)(CALL(SYS_set_tid_address, NULL) == CALL(SYS_gettid) ? 1L : 0L);
}

static int see_thread_numbers(void)
{
        void *right = NULL;
        pthread_t thread;
        int status;
        pid_t pid;

        CHECK(CALL(SYS_set_tid_address, NULL) == getpid());
        CHECK(pthread_create(&thread, NULL, thread_number_is_right, NULL) == 0);
        CHECK(pthread_join(thread, &right) == 0 && right);
        pid = fork();
        if (pid == 0)
                _exit(CALL(SYS_set_tid_address, NULL) == getpid() ? 0 : 1);
        CHECK(waitpid(pid, &status, 0) == pid && status == 0);
        return 0;
}

static void test_number_of_the_calling_thread(void **state)
{
        (void)state;
        assert_supervised("set_tid_address", see_thread_numbers);
}

/* A rule of a value of one of openat2's selectors, the table's choice of number. */
static struct feature openat2_value(const char *name, uint64_t value)
{
        struct feature feature = {FEATURE_SUBFEATURE, abi_native(), SYS_openat2};
        const struct selector *selectors;
        size_t count;

        selectors = selectors_of(feature.abi, feature.number, &count);
        while (feature.selector < count && strcmp(selectors[feature.selector].name, name) != 0)
                feature.selector++;
        assert_true(feature.selector < count);
        feature.value = value;
        return feature;
}

static long open_how(uint64_t flags, uint64_t resolve)
{
        struct open_how how = {.flags = flags, .resolve = resolve};

        return CALL(SYS_openat2, AT_FDCWD, "/usr", &how, sizeof(how));
}

static int see_values_in_memory(void)
{
        long page = sysconf(_SC_PAGESIZE);
        char *memory =
                mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        struct open_how how = {.flags = O_DIRECTORY, .resolve = RESOLVE_BENEATH};
        char *last = memory + page - sizeof(how);

        CHECK(open_how(O_DIRECTORY, 0) >= 0);
        CHECK(open_how(O_DIRECTORY | O_CLOEXEC, 0) == -1 && errno == EPERM);
        CHECK(open_how(O_DIRECTORY, RESOLVE_NO_XDEV) == 77);
        CHECK(open_how(O_DIRECTORY | O_CLOEXEC, RESOLVE_NO_XDEV) == -1 && errno == EPERM);
        CHECK(open_how(O_DIRECTORY, RESOLVE_NO_SYMLINKS) >= 0);
        CHECK(CALL(SYS_openat2, AT_FDCWD, "/usr", 8L, sizeof(how)) == -1 && errno == EFAULT);
        CHECK(CALL(SYS_openat2, AT_FDCWD, "/usr", NULL, sizeof(how)) == -1 && errno == EFAULT);
        /* Readable to its end, and not a byte more. */
        CHECK(munmap(memory + page, page) == 0);
        memcpy(last, &how, sizeof(how));
        CHECK(CALL(SYS_openat2, AT_FDCWD, "/usr", last, sizeof(how)) == -1 && errno == EXDEV);
        CHECK(CALL(SYS_openat2, AT_FDCWD, "/usr", last + 8, sizeof(how)) == -1 && errno == EFAULT);
        return 0;
}

static void test_values_behind_pointers(void **state)
{
        struct policy *policy = policy_new();
        struct success success = {SUCCESS_CONSTANT, 77};

        (void)state;
        assert_int_equal(policy_stub(policy, openat2_value("flags", O_CLOEXEC), EPERM), 0);
        assert_int_equal(
                policy_fake(policy, openat2_value("resolve", RESOLVE_NO_XDEV), success), 0);
        supervise(policy, (struct filter_options){}, (struct supervisor_options){},
                see_values_in_memory);
}

static int see_exceptions(void)
{
        CHECK(open_how(O_DIRECTORY, 0) == -1 && errno == ENOSYS);
        CHECK(open_how(O_DIRECTORY, RESOLVE_NO_MAGICLINKS) >= 0);
        CHECK(open_how(O_DIRECTORY | O_CLOEXEC, RESOLVE_NO_MAGICLINKS) == -1 && errno == EPERM);
        return 0;
}

/* Where all is denied, a rule that allows one value is an exception, but not from other rules. */
static void test_values_that_are_allowed(void **state)
{
        struct policy *policy = policy_new();
        static const char *const needed[] = {"write", "exit_group", "getpid", "close"};

        (void)state;
        policy_set_default(policy, ENOSYS);
        for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
                struct feature feature = {FEATURE_SYSCALL, abi_native(),
                        syscall_by_name(needed[i])->numbers[abi_native()]};

                assert_int_equal(policy_allow(policy, feature), 0);
        }
        assert_int_equal(policy_stub(policy, openat2_value("flags", O_CLOEXEC), EPERM), 0);
        assert_int_equal(policy_allow(policy, openat2_value("resolve", RESOLVE_NO_MAGICLINKS)), 0);
        supervise(policy, (struct filter_options){}, (struct supervisor_options){}, see_exceptions);
}

static int call_once(void)
{
        return CALL(SYS_getppid) == 7 ? 0 : 1;
}

static void test_caller_that_dies_first_is_no_error(void **state)
{
        struct child child =
                child_start(policy_of("", "getppid=7"), (struct filter_options){}, call_once);
        int status;

        (void)state;
        assert_true(child_calls(&child));
        kill(child.pid, SIGKILL);
        assert_int_equal(waitid(P_PID, child.pid, &(siginfo_t){}, WEXITED | WNOWAIT), 0);
        assert_int_equal(answer(child.listener, child.policy), 0);
        status = child_finish(&child);
        assert_true(WIFSIGNALED(status));
}

static int call_without_supervisor(void)
{
        return CALL(SYS_getppid) == -1 && errno == ENOSYS ? 0 : 1;
}

static void test_closed_listener_ends_the_wait(void **state)
{
        struct child child = child_start(
                policy_of("", "getppid=7"), (struct filter_options){}, call_without_supervisor);

        (void)state;
        close(child.listener);
        child.listener = -1;
        assert_int_equal(child_finish(&child), 0);
}

static void test_useless_listener_is_an_error(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();

        (void)state;
        assert_int_equal(answer(-1, policy), -EBADF);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_constants),
                cmocka_unit_test(test_values_of_arguments),
                cmocka_unit_test(test_faked_write_writes_nothing),
                cmocka_unit_test(test_bytes_in_vectors),
                cmocka_unit_test(test_bytes_in_messages),
#ifdef __x86_64__
                cmocka_unit_test(test_programs_with_short_pointers),
#endif
                cmocka_unit_test(test_descriptors_lead_nowhere),
                cmocka_unit_test(test_number_of_the_calling_thread),
                cmocka_unit_test(test_values_behind_pointers),
                cmocka_unit_test(test_values_that_are_allowed),
                cmocka_unit_test(test_caller_that_dies_first_is_no_error),
                cmocka_unit_test(test_closed_listener_ends_the_wait),
                cmocka_unit_test(test_useless_listener_is_an_error),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
