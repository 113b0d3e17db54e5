/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A notification: a call that the kernel holds until it is answered. Between reading it and
 * answering the caller may be killed, or a signal may take it out of the call; its memory may then
 * belong to another process. Whatever was read of that memory therefore counts only when the
 * notification is still valid afterwards. Such a call is no loss: it never returned, or will be
 * made again.
 *
 * All call_answer_…() return 0, also where the caller is gone, or -errno where the listener is of
 * no use.
 */

#include <limits.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "arch/syscalls.h"
#include "feature/feature.h"

/* The most that is read of what an argument points to. */
#define CALL_POINTEE_MAX 256

struct call_pointee {
        bool was_read;
        size_t size; /* readable bytes, up to the maximum */
        unsigned char bytes[CALL_POINTEE_MAX];
};

struct call {
        int listener;
        const struct seccomp_notif *notification;
        struct seccomp_notif_resp *response; /* zeroed */
        struct feature feature;              /* the whole call */
        const struct syscall_info *info;     /* NULL for a call newer than the table */
        struct call_pointee pointees[SYSCALL_ARGUMENTS_MAX]; /* see call_pointee() */
};

/* Takes over nothing. Returns 0, or -ENOENT for a call of an unknown ABI. */
int call_init(struct call *call, int listener, const struct seccomp_notif *notification,
        struct seccomp_notif_resp *response);

/* The calling thread, as seen here. */
pid_t call_thread(const struct call *call);

uint64_t call_argument(const struct call *call, unsigned index);

/* i386 and x32 programs lay out their structures with 32-bit pointers and sizes. */
bool call_has_short_pointers(const struct call *call);

/* Each reads the caller's memory. Return 0 or -EFAULT. */
int call_read(const struct call *call, uint64_t address, void *data, size_t size);
int call_write(const struct call *call, uint64_t address, const void *data, size_t size);

/* What an argument points to, read once for all who ask, as far as it can be read. */
const struct call_pointee *call_pointee(struct call *call, unsigned argument);

/* Reads a path. Returns 0, -EFAULT or -ENAMETOOLONG. */
int call_read_path(const struct call *call, unsigned argument, char ret[PATH_MAX]);

/* False where what was read is not the caller's. */
bool call_is_valid(const struct call *call);

/* The call returns `value`: a result, or a negative errno. */
int call_answer(const struct call *call, int64_t value);

/* The kernel executes the call. */
int call_answer_continue(const struct call *call);

/* The call returns a duplicate of `fd`, which stays the supervisor's; or fails where the caller can
 * have no more. */
int call_answer_descriptor(const struct call *call, int fd, bool close_on_exec);
