/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock msync mincore kcmp
 * May: incomplete
 *
 * Interpreters: jumps through tables of labels, as addresses and as distances.
 */
#include "probe.h"

static NOINLINE long interpret(const unsigned char *program)
{
        static const void *const labels[] = {&&stop, &&one, &&two, &&three};
        long sum = 0;

        goto *labels[*program++];
one:
        sum += probe(__NR_getcpu);
        goto *labels[*program++];
two:
        sum += probe(__NR_mlock);
        goto *labels[*program++];
three:
        sum += probe(__NR_munlock);
        goto *labels[*program++];
stop:
        return sum;
}

static NOINLINE long by_distance(const unsigned char *program)
{
        static const int distances[] = {
                &&stop - &&stop, &&one - &&stop, &&two - &&stop, &&three - &&stop};
        long sum = 0;

#define NEXT goto *(&&stop + distances[*program++])
        NEXT;
one:
        sum += probe(__NR_msync);
        NEXT;
two:
        sum += probe(__NR_mincore);
        NEXT;
three:
        sum += probe(__NR_kcmp);
        NEXT;
stop:
        return sum;
}

int oracle(int argc)
{
        static const unsigned char program[] = {1, 2, 3, 2, 0};

        interpret(program);
        by_distance(program);
        return argc == 0;
}
