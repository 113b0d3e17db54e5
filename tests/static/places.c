/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock msync mincore kcmp sysfs
 *
 * Pointers where no word is aligned, and variables of a section that is gone over as a whole.
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

struct __attribute__((packed)) packed {
        char letter;
        work *function;
        short number;
        work *other;
};

static struct packed packed[] = {{1, a, 2, b}, {3, c, 4, d}};

#define LISTED __attribute__((section("listed"), used))
LISTED static work *one = e;
LISTED static work *two = f;
LISTED static work *three = g;

extern work *__start_listed[], *__stop_listed[];

int oracle(int argc)
{
        for (long i = 0; i < 2; i++) {
                const struct packed *item = &packed[opaque(i)];

                item->function();
                item->other();
        }
        for (work **item = __start_listed; item < __stop_listed; item++)
                (*item)();
        return argc == 77;
}
