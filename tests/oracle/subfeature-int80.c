/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Sub-features of the 32-bit ABI, from a 64-bit program; those of the same names of the 64-bit ABI
 * are others:
 *
 *   i386:fcntl64:F_SETFL  required: its effect is looked at by the other ABI (exit 2 or 3)
 *   i386:fcntl64:F_GETFD  either: nobody looks at the result
 *   fcntl:F_GETFL         required: by that look (exit 3)
 *   fcntl:F_SETFL         either: it sets what is set already
 *   i386:ioctl:FIONBIO    works faked only: its failure is an error (exit 4)
 */

#include <asm/ioctls.h>
#include <linux/fcntl.h>

#include "raw.h"

enum {
        I386_IOCTL = 54,
        I386_FCNTL64 = 221,
};

static int ends[2] = {-1, -1};
static int on = 1;

static int i386_call(int number, int a0, int a1, long a2)
{
        int result;

        __asm__ volatile("int $0x80"
                         : "=a"(result)
                         : "a"(number), "b"(a0), "c"(a1), "d"(a2)
                         : "memory");
        return result;
}

int oracle(int argc)
{
        long flags;

        (void)argc;
        if (call2(__NR_pipe2, ends, 0) < 0)
                return 1;
        i386_call(I386_FCNTL64, ends[0], F_GETFD, 0);
        if (i386_call(I386_FCNTL64, ends[0], F_SETFL, O_NONBLOCK) < 0)
                return 2;
        flags = call2(__NR_fcntl, ends[0], F_GETFL);
        if (flags < 0 || !(flags & O_NONBLOCK))
                return 3;
        call3(__NR_fcntl, ends[0], F_SETFL, O_NONBLOCK);
        if (i386_call(I386_IOCTL, ends[0], FIONBIO, (long)&on) < 0)
                return 4;
        return 0;
}
