/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock
 *
 * A function that is chosen when the program starts (STT_GNU_IFUNC). The one who chooses makes a
 * call, too.
 */
#include "probe.h"

typedef long work(void);

static long plain(void)
{
        return probe(__NR_getcpu);
}

static long fast(void)
{
        return probe(__NR_mlock);
}

/* Used: clang does not see that the attribute names it. */
static __attribute__((used)) work *choose(void)
{
        return probe(__NR_munlock) == 0 ? plain : fast;
}

long chosen(void) __attribute__((ifunc("choose")));

#if defined(STATIC) && !defined(__PIE__)
struct rela {
        work ***place;
        unsigned long info;
        work *(*resolver)(void);
};
extern const struct rela begin[] __asm__("__rela_iplt_start");
extern const struct rela end[] __asm__("__rela_iplt_end");

/* What a C library does at the start of a static program. */
static void relocate(void)
{
        for (const struct rela *rela = begin; rela < end; rela++)
                *(work **)rela->place = rela->resolver();
}
#else
static void relocate(void) {}
#endif

int oracle(int argc)
{
        relocate();
        chosen();
        return argc == 0;
}
