/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Calls whose success is not 0. Each works faked only where the fake is the value that success has,
 * and is required where every fake is 0 (--fake zero).
 *
 *   write     the count (exit 1)
 *   writev    the sum of the counts (exit 2)
 *   dup3      the descriptor that was asked for (exit 3)
 *   eventfd2  a fresh descriptor, not one of the first three (exit 4), that can be closed (exit 5)
 *
 * close works faked only.
 */

#include <linux/uio.h>

#include "raw.h"

#define STDOUT 1

static char text[] = "some text\n";

int oracle(int argc)
{
        const struct iovec parts[] = {{text, 5}, {text + 5, 5}};
        long fd;

        (void)argc;
        if (call3(__NR_write, STDOUT, text, 10) != 10)
                return 1;
        if (call3(__NR_writev, STDOUT, parts, 2) != 10)
                return 2;
        if (call3(__NR_dup3, STDOUT, 9, 0) != 9)
                return 3;
        fd = call2(__NR_eventfd2, 0, 0);
        if (fd <= 2)
                return 4;
        return call1(__NR_close, fd) == 0 ? 0 : 5;
}
