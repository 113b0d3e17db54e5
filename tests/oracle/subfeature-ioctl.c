/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * One ioctl is required among five:
 *
 *   FIONREAD    required: its failure is an error (exit 3), and so is another number of bytes than
 *               the pipe holds (exit 4)
 *   FIONBIO     either: nobody looks at the result
 *   FIOCLEX     either: likewise
 *   TCGETS      either: it fails for a pipe anyway
 *   0xdeadbeef  either: a request that no kernel has, hence no name
 *
 * With an argument the request is not FIONREAD but its neighbour in 64 bits, of which the kernel
 * looks at the lower half only: the same sub-feature.
 * pipe2 and write are required.
 */

#include <asm/ioctls.h>

#include "raw.h"

#define UNKNOWN_REQUEST 0xdeadbeef
#define UPPER_HALF      0x123400000000

static int ends[2] = {-1, -1};
static int on = 1, available = -1;
static char settings[256];

int oracle(int argc)
{
        const long request = argc > 1 ? UPPER_HALF | FIONREAD : FIONREAD;

        if (call2(__NR_pipe2, ends, 0) < 0)
                return 1;
        if (call3(__NR_write, ends[1], "abc", 3) != 3)
                return 2;
        call3(__NR_ioctl, ends[0], FIONBIO, &on);
        call3(__NR_ioctl, ends[0], FIOCLEX, 0);
        call3(__NR_ioctl, ends[0], TCGETS, settings);
        call3(__NR_ioctl, ends[0], UNKNOWN_REQUEST, 0);
        if (call3(__NR_ioctl, ends[0], request, &available) < 0)
                return 3;
        return available == 3 ? 0 : 4;
}
