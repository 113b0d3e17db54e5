/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock msync mincore kcmp sysfs ustat capget
 *
 * Function addresses that travel in wide registers and by string instructions: structures that are
 * copied as a whole, filled two members at a time, exchanged, pushed.
 */
#include "probe.h"

typedef long work(void);

FUNCTION(a, __NR_getcpu)
FUNCTION(b, __NR_mlock)
FUNCTION(c, __NR_munlock)
FUNCTION(d, __NR_msync)
FUNCTION(e, __NR_mincore)
FUNCTION(f, __NR_kcmp)
FUNCTION(g, __NR_sysfs)
FUNCTION(h, __NR_ustat)
FUNCTION(i, __NR_capget)

struct pair {
        work *first, *second;
};

static struct pair source = {a, b};
static struct pair target, filled;

struct many {
        long padding[20];
        work *function;
        long more[20];
};

static struct many large = {.function = c};
static struct many copy;

static work *volatile exchanged;

static NOINLINE void copy_all(void)
{
        target = source;
        copy = large;
}

static NOINLINE void fill(struct pair *pair)
{
        pair->first = d;
        pair->second = e;
}

static NOINLINE long exchange(void)
{
        work *before = __atomic_exchange_n(&exchanged, f, __ATOMIC_SEQ_CST);

        return before == NULL;
}

static NOINLINE long compare_exchange(void)
{
        work *expected = f;

        return __atomic_compare_exchange_n(
                &exchanged, &expected, g, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static NOINLINE void by_string_instruction(struct many *to)
{
        const void *from = &large;
        long count = sizeof(*to) / 8;

        __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(count)::"memory");
}

/* Handed over on the stack. */
static NOINLINE long seventh(long x, long y, long z, long u, long v, long w, work *function)
{
        return function() + x + y + z + u + v + w;
}

struct result {
        work *function;
        long number;
};

/* Returned in a register. */
static NOINLINE struct result give(long number)
{
        return (struct result){i, number};
}

int oracle(int argc)
{
        struct many another;
        struct result result;

        copy_all();
        target.first();
        target.second();
        copy.function();
        by_string_instruction(&another);
        another.function();
        fill(&filled);
        filled.first();
        filled.second();
        exchange();
        exchanged();
        compare_exchange();
        exchanged();
        seventh(1, 2, 3, 4, 5, 6, h);
        result = give(argc);
        result.function();
        return 0;
}
