/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What clone3 is asked for stands behind a pointer:
 *
 *   CLONE_PARENT_SETTID   required: the kernel must write the child's number here (exit 3)
 *   CLONE_PIDFD           works stubbed only: the child is made without it then, but one that
 *                         cannot be waited for is an error (exit 5)
 *   CLONE_CLEAR_SIGHAND   either: nobody looks at what becomes of that child
 *
 * clone3 as a whole is required.
 */

#include <linux/sched.h>
#include <linux/signal.h>

#include "raw.h"

static struct clone_args arguments;
static volatile int number = -1;
static int descriptor = -1;

/* Makes a child that ends at once. Returns what the kernel tells the parent. */
static long make_child(uint64_t flags)
{
        long child;

        arguments.flags = flags;
        arguments.exit_signal = SIGCHLD;
        arguments.parent_tid = (uint64_t)(uintptr_t)&number;
        arguments.pidfd = (uint64_t)(uintptr_t)&descriptor;
        child = call2(__NR_clone3, &arguments, sizeof(arguments));
        if (child == 0)
                call1(__NR_exit_group, 0);
        return child;
}

static long wait_for(long child)
{
        return call4(__NR_wait4, child, 0, 0, 0);
}

int oracle(int argc)
{
        long child;

        (void)argc;
        child = make_child(CLONE_PARENT_SETTID);
        if (child < 0)
                return 1;
        if (wait_for(child) != child)
                return 2;
        if (number != child)
                return 3;
        child = make_child(CLONE_PIDFD);
        if (child < 0)
                child = make_child(0);
        if (child < 0)
                return 4;
        if (wait_for(child) != child)
                return 5;
        child = make_child(CLONE_CLEAR_SIGHAND);
        if (child > 0)
                wait_for(child);
        return 0;
}
