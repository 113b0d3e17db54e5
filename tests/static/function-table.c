/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock msync mincore kcmp
 *
 * Functions that only data lead to: an array of them, an array of structures, a structure that
 * leads to another, and one that the program fills itself. A table that no reachable code refers to
 * leads nowhere.
 */
#include "probe.h"

typedef long work(void);

static NOINLINE long a(void)
{
        return probe(__NR_getcpu);
}

static NOINLINE long b(void)
{
        return probe(__NR_mlock);
}

static NOINLINE long c(void)
{
        return probe(__NR_munlock);
}

static NOINLINE long d(void)
{
        return probe(__NR_msync);
}

static NOINLINE long e(void)
{
        return probe(__NR_mincore);
}

static NOINLINE long f(void)
{
        return probe(__NR_kcmp);
}

static NOINLINE long g(void)
{
        return probe(__NR_sysfs);
}

static work *const array[] = {a, b};

struct operation {
        const char *name;
        int flags;
        work *function;
};

static const struct operation operations[] = {{"c", 1, c}, {"nothing", 2, NULL}};

struct object {
        int state;
        const struct operation *operation;
};

static const struct operation indirect = {"d", 3, d};
static struct object objects[] = {{1, &indirect}};

static work *filled[4];

__attribute__((used)) static work *const nobody[] = {g, g};

static NOINLINE void fill(int argc)
{
        filled[argc] = e;
        filled[argc + 1] = argc > 5 ? a : f;
}

int oracle(int argc)
{
        for (long i = 0; i < 2; i++)
                array[opaque(i)]();
        for (long i = 0; i < 2; i++) {
                const struct operation *operation = &operations[opaque(i)];

                if (operation->function)
                        operation->function();
        }
        objects[opaque(0)].operation->function();
        fill(argc);
        filled[opaque(1)]();
        filled[opaque(2)]();
        return 0;
}
