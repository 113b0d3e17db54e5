/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock msync mincore kcmp sysfs ustat
 *
 * Tables whose index begins with one or more, right behind other data that holds pointers: the
 * address in the code lies in that data. And a list that begins in the middle of 32 bytes.
 */
#include "probe.h"

typedef long work(void);

#define FUNCTION(name, number)          \
        static NOINLINE long name(void) \
        {                               \
                return probe(number);   \
        }

FUNCTION(a, __NR_getcpu)
FUNCTION(b, __NR_mlock)
FUNCTION(c, __NR_munlock)
FUNCTION(d, __NR_msync)
FUNCTION(e, __NR_mincore)
FUNCTION(f, __NR_kcmp)
FUNCTION(g, __NR_sysfs)
FUNCTION(h, __NR_ustat)

struct entry {
        const char *name;
        work *function;
        long number;
};

struct item {
        const struct item *next;
        work *function;
};

static struct entry entries[] = {{"x", a, 1}, {"y", b, 2}};
static work *far[] = {c, d};
static work *near[] = {e, f};
static const struct item last = {NULL, g}, first = {&last, h};

static NOINLINE long call_entry(long index)
{
        return entries[index - 1].function();
}

static NOINLINE long call_far(long index)
{
        return far[index - 21]();
}

static NOINLINE long call_near(long index)
{
        return near[index - 1]();
}

static NOINLINE void call_all(const struct item *item)
{
        for (; item; item = item->next)
                item->function();
}

int oracle(int argc)
{
        for (long i = 1; i <= 2; i++) {
                call_entry(opaque(i));
                call_far(opaque(i + 20));
                call_near(opaque(i));
        }
        call_all(argc ? &first : &last);
        return 0;
}
