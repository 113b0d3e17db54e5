/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A call of the x32 ABI, which few kernels have, and whose answer is not looked at: either.
 * sched_yield of the 64-bit ABI is another feature and works faked only (exit 1). A filter must not
 * kill the program.
 */

#include "raw.h"

int oracle(int argc)
{
        (void)argc;
        call0(__X32_SYSCALL_BIT | __NR_sched_yield);
        return call0(__NR_sched_yield) == 0 ? 0 : 1;
}
