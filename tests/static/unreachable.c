/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu
 *
 * Code that is in the file and that nothing leads to: nobody calls it, its address is taken by
 * unreachable code only, or stands in data that only unreachable code refers to.
 */
#include "probe.h"

typedef long work(void);

work *volatile hook;

/* Dead, static, no address taken. */
static KEPT long dead(void)
{
        return probe(__NR_mlock);
}

/* Taken by dead code only. */
static NOINLINE long taken(void)
{
        return probe(__NR_munlock);
}

static KEPT void takes(void)
{
        hook = taken;
}

/* In data that dead code refers to. */
static NOINLINE long listed(void)
{
        return probe(__NR_msync);
}

static work *const list[] = {listed, listed};

static KEPT long reads(long i)
{
        return list[i]();
}

/* Two that call each other. */
long ping(long n);
long pong(long n);

KEPT long pong(long n)
{
        return n ? ping(n - 1) : probe(__NR_mincore);
}

KEPT long ping(long n)
{
        return n ? pong(n - 1) : probe(__NR_kcmp);
}

int oracle(int argc)
{
        probe(__NR_getcpu);
        return argc == 0;
}
