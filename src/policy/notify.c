/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A notification is a call that the kernel holds until it is answered. Between reading it and
 * answering the caller may be killed, or a signal may take it out of the call; its memory may then
 * belong to another process. Whatever was read of that memory therefore counts only when the
 * notification is still valid afterwards. Such a call is no loss: it never returned, or will be
 * made again.
 */

#include "policy/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "arch/syscalls.h"
#include "base/cleanup.h"

/* What the kernel writes at most with one call, however much was given to it (MAX_RW_COUNT). */
#define TRANSFER_MAX INT64_C(0x7ffff000)

/* One call to be answered. */
struct call {
        int listener;
        struct seccomp_notif *notification;
        struct seccomp_notif_resp *response; /* zeroed */
        struct feature feature;
        const struct syscall_info *info; /* NULL for a call newer than the table */
};

/* i386 and x32 programs lay out their structures with 32-bit pointers and sizes. */
static bool has_short_pointers(enum abi abi)
{
        return abi == ABI_I386 || abi == ABI_X32;
}

static uint64_t call_argument(const struct call *call, unsigned index)
{
        return call->notification->data.args[index];
}

/* Reads the caller's memory. Returns 0, or -EFAULT where the kernel would say so. */
static int call_read(const struct call *call, uint64_t address, void *data, size_t size)
{
        struct iovec local = {.iov_base = data, .iov_len = size};
        struct iovec remote = {.iov_base = (void *)(uintptr_t)address, .iov_len = size};
        pid_t pid = (pid_t)call->notification->pid;

        return process_vm_readv(pid, &local, 1, &remote, 1, 0) == (ssize_t)size ? 0 : -EFAULT;
}

/* A length or count of the caller's. Returns it, or -EINVAL where its ABI would see it as negative.
 */
static int64_t checked_size(enum abi abi, uint64_t size)
{
        uint64_t limit = has_short_pointers(abi) ? INT32_MAX : INT64_MAX;

        return size <= limit ? (int64_t)size : -EINVAL;
}

/* "arg2": the call returns what it was given, as dup2, write and brk do. */
static int64_t success_of_argument(const struct call *call, unsigned index)
{
        uint64_t value = call_argument(call, index);
        enum argument_kind kind = call->info ? call->info->arguments[index] : ARGUMENT_INTEGER;

        /* An int: the upper half of the register means nothing to the kernel. */
        if (kind == ARGUMENT_DESCRIPTOR)
                return (int)value >= 0 ? (int)value : -EBADF;
        /* Addresses of 32-bit programs go up to the last page but one. */
        if (kind == ARGUMENT_POINTER)
                return (int64_t)value >= 0 ? (int64_t)value : -ENOMEM;
        return checked_size(call->feature.abi, value);
}

/* Adds up the lengths in the array of iovecs at `address` as the kernel would. */
static int64_t sum_of_iovecs(
        const struct call *call, uint64_t address, uint64_t count, int too_many)
{
        enum abi abi = call->feature.abi;
        size_t word = has_short_pointers(abi) ? sizeof(uint32_t) : sizeof(uint64_t);
        unsigned char array[UIO_MAXIOV * 2 * sizeof(uint64_t)];
        int64_t sum = 0;

        if (count > UIO_MAXIOV)
                return too_many;
        if (count > 0 && call_read(call, address, array, count * 2 * word) < 0)
                return -EFAULT;
        for (size_t i = 0; i < count; i++) {
                uint64_t length = 0;
                int64_t size;

                memcpy(&length, array + (2 * i + 1) * word, word);
                size = checked_size(abi, length);
                if (size < 0)
                        return size;
                sum = size < TRANSFER_MAX - sum ? sum + size : TRANSFER_MAX;
        }
        return sum;
}

/* "msghdr1": the bytes in the iovecs that a struct msghdr points to. */
static int64_t success_of_message(const struct call *call, unsigned index)
{
        uint64_t address = call_argument(call, index);
        struct {
                uint32_t name, name_length, iovecs, count;
        } brief;
        struct {
                uint64_t name, name_length, iovecs, count;
        } full;
        int r;

        if (has_short_pointers(call->feature.abi)) {
                r = call_read(call, address, &brief, sizeof(brief));
                full.iovecs = brief.iovecs;
                full.count = brief.count;
        } else {
                r = call_read(call, address, &full, sizeof(full));
        }
        return r < 0 ? r : sum_of_iovecs(call, full.iovecs, full.count, -EMSGSIZE);
}

/* The value that `call` is to return: 0 or more, or a negative errno. */
static int64_t success_value(const struct call *call, struct success success)
{
        unsigned index = (unsigned)success.value;

        switch (success.kind) {
        case SUCCESS_CONSTANT:
                return success.value;
        case SUCCESS_ARGUMENT:
                return success_of_argument(call, index);
        case SUCCESS_IOVEC:
                return sum_of_iovecs(
                        call, call_argument(call, index), call_argument(call, index + 1), -EINVAL);
        case SUCCESS_MESSAGE:
                return success_of_message(call, index);
        case SUCCESS_THREAD:
                /* As seen in the reader's pid namespace, which is the sandbox's for both. */
                return call->notification->pid;
        case SUCCESS_DESCRIPTOR:
                break; /* needs more than a value: see answer_with_descriptor() */
        }
        return -ENOSYS;
}

/* Returns 0, also where the caller is gone; -errno where the listener is of no use. */
static int answer_with_value(const struct call *call, int64_t value)
{
        call->response->id = call->notification->id;
        if (value < 0)
                call->response->error = (int)value;
        else
                call->response->val = value;
        if (ioctl(call->listener, SECCOMP_IOCTL_NOTIF_SEND, call->response) < 0 && errno != ENOENT)
                return -errno;
        return 0;
}

/* Every call that makes descriptors takes this bit, but for a few old and rare ones. */
static bool asks_for_close_on_exec(const struct call *call)
{
        for (unsigned i = 0; call->info && i < call->info->argument_count; i++) {
                enum argument_kind kind = call->info->arguments[i];

                if ((kind == ARGUMENT_FLAGS || kind == ARGUMENT_SELECTOR) &&
                        (call_argument(call, i) & O_CLOEXEC))
                        return true;
        }
        return false;
}

/*
 * The caller gets a descriptor of /dev/null: valid, and leading nowhere. Reading it gives the end
 * of file at once and writing succeeds, whereas a pipe, socket or eventfd of ours could block the
 * caller for ever, a memfd would keep what is written, and an O_PATH descriptor of a folder could
 * be walked from. What belongs to a socket or an epoll fails on it with the error for a descriptor
 * of another kind.
 */
static int answer_with_descriptor(const struct call *call)
{
        CLEANUP_CLOSE int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        struct seccomp_notif_addfd addition = {
                .id = call->notification->id,
                .flags = SECCOMP_ADDFD_FLAG_SEND,
                .srcfd = (unsigned)fd,
                .newfd_flags = asks_for_close_on_exec(call) ? O_CLOEXEC : 0,
        };

        if (fd < 0)
                return answer_with_value(call, -errno);
        if (ioctl(call->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addition) >= 0 || errno == ENOENT)
                return 0;
        return answer_with_value(call, -errno); /* most likely EMFILE, the caller's own limit */
}

static bool notification_is_valid(const struct call *call)
{
        return ioctl(call->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->notification->id) == 0;
}

static int answer(struct call *call, const struct policy *policy)
{
        const struct seccomp_data *data = &call->notification->data;
        const struct policy_rule *rule = NULL;
        int64_t value;

        call->feature.kind = FEATURE_SYSCALL;
        if (abi_from_audit(
                    data->arch, (uint32_t)data->nr, &call->feature.abi, &call->feature.number) == 0)
                rule = policy_find(policy, call->feature);
        if (!rule || rule->action != ACTION_FAKE)
                return answer_with_value(call, -ENOSYS); /* not a notification of this policy */
        call->info = syscall_by_number(call->feature.abi, call->feature.number);
        if (rule->success.kind == SUCCESS_DESCRIPTOR)
                return answer_with_descriptor(call);
        value = success_value(call, rule->success);
        return notification_is_valid(call) ? answer_with_value(call, value) : 0;
}

/* Zeroed memory for a structure that may be larger in the running kernel than in the headers. */
static void *allocate(size_t kernel_size, size_t header_size)
{
        return calloc(1, kernel_size > header_size ? kernel_size : header_size);
}

int notify_answer(int listener, const struct policy *policy)
{
        CLEANUP_FREE struct seccomp_notif *notification = NULL;
        CLEANUP_FREE struct seccomp_notif_resp *response = NULL;
        struct seccomp_notif_sizes sizes;
        struct call call;

        if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
                return -errno;
        notification = allocate(sizes.seccomp_notif, sizeof(*notification));
        response = allocate(sizes.seccomp_notif_resp, sizeof(*response));
        if (!notification || !response)
                return -ENOMEM;
        /* ENOENT: the caller was killed, or took a signal, before its call could be read. */
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, notification) < 0)
                return errno == ENOENT || errno == EINTR ? 0 : -errno;
        call = (struct call){
                .listener = listener,
                .notification = notification,
                .response = response,
        };
        return answer(&call, policy);
}
