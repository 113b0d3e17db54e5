/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock msync mincore
 *
 * Numbers that wait in callee-saved registers and in the frame while other calls are made, and one
 * whose frame word is written again.
 */
#include "probe.h"

static NOINLINE long noise(long a)
{
        return opaque(a);
}

/* Several numbers at once, all needed after calls: more than registers hold. */
static NOINLINE long several(long argc)
{
        long a = __NR_getcpu, b = __NR_mlock, c = argc > 3 ? __NR_munlock : __NR_msync;
        long x = noise(1), y = noise(2), z = noise(3), u = noise(4), v = noise(5), w = noise(6);

        __asm__ volatile("" ::: "rbx", "r12", "r13", "r14", "r15", "memory");
        probe(a);
        probe(b);
        probe(c);
        return x + y + z + u + v + w + noise(7);
}

static NOINLINE long rewritten(long argc)
{
        volatile long number = __NR_ustat;

        number = __NR_mincore;
        noise(argc);
        return probe(number);
}

int oracle(int argc)
{
        several(argc);
        rewritten(argc);
        return 0;
}
