/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Calls of the 32-bit ABI from a 64-bit program, each a feature of its own:
 *
 *   i386:setpriority  required: its effect is looked at (exit 1)
 *   i386:getpriority  required: by this (exit 1)
 *   i386:alarm        works faked only: its failure is an error (exit 2)
 *   i386:sched_yield  either
 *   sched_yield       works faked only: the same call of the 64-bit ABI, whose failure is an error
 * (exit 3)
 *
 * The 64-bit setpriority, getpriority and alarm are unused, though their names are the same; so are
 * the 64-bit calls that have the numbers of these.
 */

#include "raw.h"

enum {
        I386_ALARM = 27,
        I386_GETPRIORITY = 96,
        I386_SETPRIORITY = 97,
        I386_SCHED_YIELD = 158,
};

static int i386_call(int number, int a0, int a1, int a2)
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
        /* The kernel tells 20 minus the priority, lest it look like an error. */
        const int lower = 5;

        (void)argc;
        i386_call(I386_SETPRIORITY, 0, 0, lower);
        if (i386_call(I386_GETPRIORITY, 0, 0, 0) != 20 - lower)
                return 1;
        if (i386_call(I386_ALARM, 0, 0, 0) < 0)
                return 2;
        i386_call(I386_SCHED_YIELD, 0, 0, 0);
        return call0(__NR_sched_yield) == 0 ? 0 : 3;
}
