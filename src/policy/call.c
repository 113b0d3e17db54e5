/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy/call.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"

int call_init(struct call *call, int listener, const struct seccomp_notif *notification,
        struct seccomp_notif_resp *response)
{
        const struct seccomp_data *data = &notification->data;
        int r;

        call->listener = listener;
        call->notification = notification;
        call->response = response;
        call->feature = (struct feature){.kind = FEATURE_SYSCALL};
        call->info = NULL;
        for (size_t i = 0; i < ARRAY_SIZE(call->pointees); i++)
                call->pointees[i].was_read = false;
        r = abi_from_audit(
                data->arch, (uint32_t)data->nr, &call->feature.abi, &call->feature.number);
        if (r == 0)
                call->info = syscall_by_number(call->feature.abi, call->feature.number);
        return r;
}

pid_t call_thread(const struct call *call)
{
        return (pid_t)call->notification->pid;
}

uint64_t call_argument(const struct call *call, unsigned index)
{
        return call->notification->data.args[index];
}

bool call_has_short_pointers(const struct call *call)
{
        return call->feature.abi == ABI_I386 || call->feature.abi == ABI_X32;
}

int call_read(const struct call *call, uint64_t address, void *data, size_t size)
{
        struct iovec local = {.iov_base = data, .iov_len = size};
        struct iovec remote = {.iov_base = (void *)(uintptr_t)address, .iov_len = size};

        return process_vm_readv(call_thread(call), &local, 1, &remote, 1, 0) == (ssize_t)size
                       ? 0
                       : -EFAULT;
}

int call_write(const struct call *call, uint64_t address, const void *data, size_t size)
{
        struct iovec local = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
        struct iovec remote = {.iov_base = (void *)(uintptr_t)address, .iov_len = size};

        return process_vm_writev(call_thread(call), &local, 1, &remote, 1, 0) == (ssize_t)size
                       ? 0
                       : -EFAULT;
}

/*
 * Reads up to `size` bytes, as far as memory is mapped: the kernel transfers whole pieces, so these
 * end where pages do. Returns how many; 0 where nothing can be read.
 */
static size_t read_some(const struct call *call, uint64_t address, void *data, size_t size)
{
        size_t page = (size_t)sysconf(_SC_PAGESIZE), first = page - address % page;
        struct iovec local = {.iov_base = data, .iov_len = size};
        struct iovec remote[2] = {{.iov_base = (void *)(uintptr_t)address, .iov_len = size}};
        ssize_t count;

        if (first < size) {
                remote[0].iov_len = first;
                remote[1] = (struct iovec){
                        .iov_base = (void *)(uintptr_t)(address + first),
                        .iov_len = size - first,
                };
        }
        count = process_vm_readv(call_thread(call), &local, 1, remote, first < size ? 2 : 1, 0);
        return count > 0 ? (size_t)count : 0;
}

const struct call_pointee *call_pointee(struct call *call, unsigned argument)
{
        struct call_pointee *pointee = &call->pointees[argument];

        if (!pointee->was_read)
                pointee->size = read_some(call, call_argument(call, argument), pointee->bytes,
                        sizeof(pointee->bytes));
        pointee->was_read = true;
        return pointee;
}

int call_read_path(const struct call *call, unsigned argument, char ret[PATH_MAX])
{
        size_t count = read_some(call, call_argument(call, argument), ret, PATH_MAX);

        if (memchr(ret, '\0', count))
                return 0;
        return count < PATH_MAX ? -EFAULT : -ENAMETOOLONG;
}

bool call_is_valid(const struct call *call)
{
        return ioctl(call->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->notification->id) == 0;
}

static int send_response(const struct call *call)
{
        call->response->id = call->notification->id;
        if (ioctl(call->listener, SECCOMP_IOCTL_NOTIF_SEND, call->response) < 0 && errno != ENOENT)
                return -errno;
        return 0;
}

int call_answer(const struct call *call, int64_t value)
{
        if (value < 0)
                call->response->error = (int)value;
        else
                call->response->val = value;
        return send_response(call);
}

int call_answer_continue(const struct call *call)
{
        call->response->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        return send_response(call);
}

int call_answer_descriptor(const struct call *call, int fd, bool close_on_exec)
{
        struct seccomp_notif_addfd addition = {
                .id = call->notification->id,
                .flags = SECCOMP_ADDFD_FLAG_SEND,
                .srcfd = (unsigned)fd,
                .newfd_flags = close_on_exec ? O_CLOEXEC : 0,
        };

        if (ioctl(call->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addition) >= 0 || errno == ENOENT)
                return 0;
        return call_answer(call, -errno); /* most likely EMFILE, the caller's own limit */
}
