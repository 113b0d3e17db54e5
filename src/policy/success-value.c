/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy/success-value.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"

/* What the kernel writes at most with one call, however much was given to it (MAX_RW_COUNT). */
#define TRANSFER_MAX INT64_C(0x7ffff000)

/* A length or count of the caller's. Returns it, or -EINVAL where its ABI would see it as negative.
 */
static int64_t checked_size(const struct call *call, uint64_t size)
{
        uint64_t limit = call_has_short_pointers(call) ? INT32_MAX : INT64_MAX;

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
        return checked_size(call, value);
}

/* Adds up the lengths in the array of iovecs at `address` as the kernel would. */
static int64_t sum_of_iovecs(
        const struct call *call, uint64_t address, uint64_t count, int too_many)
{
        size_t word = call_has_short_pointers(call) ? sizeof(uint32_t) : sizeof(uint64_t);
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
                size = checked_size(call, length);
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

        if (call_has_short_pointers(call)) {
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
                return call_thread(call);
        case SUCCESS_DESCRIPTOR:
                break; /* needs more than a value: see answer_with_descriptor() */
        }
        return -ENOSYS;
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

        if (fd < 0)
                return call_answer(call, -errno);
        return call_answer_descriptor(call, fd, asks_for_close_on_exec(call));
}

int success_answer(struct call *call, struct success success)
{
        int64_t value;

        if (success.kind == SUCCESS_DESCRIPTOR)
                return answer_with_descriptor(call);
        value = success_value(call, success);
        return call_is_valid(call) ? call_answer(call, value) : 0;
}
