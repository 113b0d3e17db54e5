/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock msync mincore
 *
 * Calls in the last place, which compilers make jumps: unconditional, conditional, through a
 * pointer, and to a wrapper.
 */
#include "probe.h"

static NOINLINE long work(long argument)
{
        return raw_call(__NR_getcpu, argument, -1, -1, -1, -1, -1);
}

static NOINLINE long other(long argument)
{
        return raw_call(__NR_mlock, argument, -1, -1, -1, -1, -1);
}

static NOINLINE long wrapper(long number)
{
        return probe(number);
}

static NOINLINE long unconditional(long argument)
{
        return work(argument + 1);
}

static NOINLINE long conditional(long argument)
{
        if (argument == 5)
                return other(argument);
        return wrapper(__NR_munlock);
}

static NOINLINE long pass(int unused, long number)
{
        (void)unused;
        return wrapper(number);
}

static NOINLINE long pointed(long argument)
{
        return raw_call(__NR_mincore, argument, -1, -1, -1, -1, -1);
}

static long (*const pointer[])(long) = {pointed, pointed};

static NOINLINE long through(long i)
{
        return pointer[i & 1](i);
}

int oracle(int argc)
{
        unconditional(-2);
        conditional(opaque(5));
        conditional(argc);
        pass(1, __NR_msync);
        through(argc);
        return 0;
}
