/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Makes calls with as many different values as its argument says, most of which no kernel has a
 * name for: ioctl, fcntl, prctl, setsockopt, madvise, mmap's flags. None of them does anything.
 */

#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
        long count;

        if (argc != 2)
                return 20;
        count = atol(argv[1]);
        for (long i = 0; i < count; i++) {
                syscall(SYS_ioctl, -1, 0xabc00000 + i, 0);
                syscall(SYS_fcntl, -1, 0x10000 + i, 0);
                syscall(SYS_prctl, 0x20000000 + i, -1, -1, -1, -1);
                syscall(SYS_setsockopt, -1, i, 0x10000 + i, NULL, 0);
                syscall(SYS_madvise, 1, 1, 0x10000 + i);
        }
        syscall(SYS_mmap, NULL, 0, -1, -1, -1, 0);
        return 0;
}
