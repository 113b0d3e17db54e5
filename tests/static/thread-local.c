/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: getcpu mlock
 *
 * Functions whose addresses stand in the first contents of thread-local variables, directly and
 * behind a structure.
 */
#include <stddef.h>

#include "library.h"

typedef long work(void);

static NOINLINE long first(void)
{
        return probe(__NR_getcpu);
}

static NOINLINE long second(void)
{
        return probe(__NR_mlock);
}

struct operation {
        int flags;
        work *function;
};

static struct operation operation = {1, second};
static __thread work *hook = first;
static __thread struct operation *current = &operation;

int main(int argc, char **argv)
{
        (void)argv;
        if (argc > 5)
                hook = NULL;
        if (argc > 6)
                current = NULL;
        hook();
        current->function();
        return 0;
}
