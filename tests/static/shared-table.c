/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock msync mincore kcmp
 *
 * One table that code refers to at several places: as a whole by the code that is reached, and at
 * entries in its middle by code of which some is not. Without symbols nothing but these references
 * says how far it goes.
 */
#include "probe.h"

typedef long work(void);

struct operation {
        const char *name;
        long flags;
        work *function;
};

FUNCTION(a, __NR_getcpu)
FUNCTION(b, __NR_mlock)
FUNCTION(c, __NR_munlock)
FUNCTION(d, __NR_msync)
FUNCTION(e, __NR_mincore)
FUNCTION(f, __NR_kcmp)

static struct operation operations[] = {{"a", 1, a}, {"b", 2, b}, {"c", 3, c}, {"d", 4, d},
        {"e", 5, e}, {"f", 6, f}, {NULL, 0, NULL}};

struct operation *volatile last;

static NOINLINE void run(const struct operation *operation)
{
        for (; operation->name; operation++)
                operation->function();
}

/* Nobody comes here. */
static KEPT void dead(void)
{
        last = &operations[2];
        operations[4].flags++;
        operations[3].function();
        run(&operations[5]);
}

static NOINLINE void look(void)
{
        last = &operations[1];
}

int oracle(int argc)
{
        if (argc > 1)
                look();
        run(operations);
        return 0;
}
