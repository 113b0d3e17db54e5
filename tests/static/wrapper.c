/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock msync mincore kcmp capget tee
 *
 * Functions that are handed the number: one to three deep, in registers and on the stack, in
 * changing places; and one that asks for the number's place in a table of its own.
 */
#include "probe.h"

static NOINLINE long one(long number)
{
        return probe(number);
}

static NOINLINE long two(int unused, long number)
{
        return unused ? one(number) : 0;
}

static NOINLINE long three(long a, long b, long number)
{
        return two(1, number) + a + b;
}

static NOINLINE long on_stack(long a, long b, long c, long d, long e, long f, long number)
{
        return probe(number) + a + b + c + d + e + f;
}

static NOINLINE long to_stack(long number, long a)
{
        return on_stack(a, a, a, a, a, a, number);
}

static NOINLINE long far_on_stack(
        long a, long b, long c, long d, long e, long f, long g, long h, long number)
{
        return one(number) + a + b + c + d + e + f + g + h;
}

/* The number survives a call in a register that calls keep, or in the frame. */
static NOINLINE long keep(long number)
{
        long sum = probe(__NR_capget);

        sum += one(__NR_getcpu);
        return sum + probe(number);
}

/* The kernel's convention for arguments, by hand: the number is the last one. */
static NOINLINE long last(long a, long b, long c, long d, long e, long number)
{
        return raw_call(number, a, b, c, d, e, -1);
}

int oracle(int argc)
{
        one(__NR_getcpu);
        two(argc, __NR_mlock);
        three(1, 2, __NR_munlock);
        on_stack(1, 2, 3, 4, 5, 6, __NR_msync);
        to_stack(__NR_mincore, 1);
        far_on_stack(1, 2, 3, 4, 5, 6, 7, 8, __NR_kcmp);
        keep(__NR_getcpu);
        last(-1, -1, -1, -1, -1, __NR_tee);
        return 0;
}
