/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A child behind a filter hands its listener over as the launcher does, and looks at what its calls
 * return; the test process is the supervisor.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
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

#include "policy/filter.h"
#include "policy/notify.h"
#include "policy/test-behind-filter.h"

/* A message with one descriptor, made up before the number of that descriptor is known. */
struct parcel {
        char byte;
        struct iovec iovec;
        struct msghdr header;
        union {
                struct cmsghdr alignment;
                char bytes[CMSG_SPACE(sizeof(int))];
        } control;
};

static void parcel_init(struct parcel *parcel)
{
        *parcel = (struct parcel){};
        parcel->iovec = (struct iovec){.iov_base = &parcel->byte, .iov_len = 1};
        parcel->header = (struct msghdr){
                .msg_iov = &parcel->iovec,
                .msg_iovlen = 1,
                .msg_control = parcel->control.bytes,
                .msg_controllen = sizeof(parcel->control.bytes),
        };
}

static int *parcel_descriptor(struct parcel *parcel)
{
        struct cmsghdr *control = CMSG_FIRSTHDR(&parcel->header);

        control->cmsg_level = SOL_SOCKET;
        control->cmsg_type = SCM_RIGHTS;
        control->cmsg_len = CMSG_LEN(sizeof(int));
        return (int *)CMSG_DATA(control);
}

struct child {
        pid_t pid;
        int listener;
        struct policy *policy;
};

static void child_main(const struct filter *filter, int channel, int (*body)(void))
{
        struct parcel parcel;
        int listener;

        parcel_init(&parcel);
        renounce_privileges_if_needed();
        if (filter_install(filter, &listener) < 0)
                end_process(99);
        *parcel_descriptor(&parcel) = listener;
        if (filter_bypass(COOKIE, SYS_sendmsg, channel, (long)&parcel.header, 0, 0, 0) != 1)
                end_process(98);
        filter_bypass(COOKIE, SYS_close, listener, 0, 0, 0, 0);
        end_process(body());
}

static struct child child_start(const char *fakes, int (*body)(void))
{
        const struct filter_options options = {.cookie = COOKIE};
        CLEANUP_FILTER struct filter *filter = NULL;
        struct child child = {.policy = policy_new()};
        struct error error = {};
        struct parcel parcel;
        int channel[2];

        if (policy_parse_fakes(child.policy, fakes, &error) < 0 ||
                filter_new(child.policy, &options, &filter, &error) < 0)
                fail_msg("%s", error.message);
        assert_true(filter_needs_supervisor(filter));
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel), 0);
        child.pid = fork();
        assert_true(child.pid >= 0);
        if (child.pid == 0)
                child_main(filter, channel[1], body);
        close(channel[1]);
        parcel_init(&parcel);
        assert_int_equal(recvmsg(channel[0], &parcel.header, MSG_CMSG_CLOEXEC), 1);
        close(channel[0]);
        child.listener = *parcel_descriptor(&parcel);
        return child;
}

/* Waits until a call is to be answered; returns false when nobody is left to make one. */
static bool child_calls(const struct child *child)
{
        struct pollfd pollfd = {.fd = child->listener, .events = POLLIN};

        assert_int_equal(poll(&pollfd, 1, 20000), 1);
        return pollfd.revents & POLLIN;
}

/* Waits for the end and releases. Returns the status, as of wait(2). */
static int child_finish(struct child *child)
{
        int status;

        assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
        close(child->listener);
        policy_free(child->policy);
        return status;
}

static void assert_supervised(const char *fakes, int (*body)(void))
{
        struct child child = child_start(fakes, body);

        while (child_calls(&child))
                assert_int_equal(notify_answer(child.listener, child.policy), 0);
        assert_int_equal(child_finish(&child), 0);
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

static int call_once(void)
{
        return CALL(SYS_getppid) == 7 ? 0 : 1;
}

static void test_caller_that_dies_first_is_no_error(void **state)
{
        struct child child = child_start("getppid=7", call_once);
        int status;

        (void)state;
        assert_true(child_calls(&child));
        kill(child.pid, SIGKILL);
        assert_int_equal(waitid(P_PID, child.pid, &(siginfo_t){}, WEXITED | WNOWAIT), 0);
        assert_int_equal(notify_answer(child.listener, child.policy), 0);
        status = child_finish(&child);
        assert_true(WIFSIGNALED(status));
}

static int call_without_supervisor(void)
{
        return CALL(SYS_getppid) == -1 && errno == ENOSYS ? 0 : 1;
}

static void test_closed_listener_ends_the_wait(void **state)
{
        struct child child = child_start("getppid=7", call_without_supervisor);

        (void)state;
        close(child.listener);
        child.listener = -1;
        assert_int_equal(child_finish(&child), 0);
}

static void test_useless_listener_is_an_error(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();

        (void)state;
        assert_int_equal(notify_answer(-1, policy), -EBADF);
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
                cmocka_unit_test(test_caller_that_dies_first_is_no_error),
                cmocka_unit_test(test_closed_listener_ends_the_wait),
                cmocka_unit_test(test_useless_listener_is_an_error),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
