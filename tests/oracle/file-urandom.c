/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * /dev/urandom is required: without it the program exits with 1, and with 2 where it yields
 * nothing. That an error is another one than "no such file" changes nothing.
 */

#include "raw-file.h"

int oracle(int argc)
{
        static char seed[16];
        long count;

        (void)argc;
        count = file_read("/dev/urandom", seed, sizeof(seed));
        if (count < 0)
                return 1;
        return count == sizeof(seed) ? 0 : 2;
}
