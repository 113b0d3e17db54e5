/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Calls: exit_group getcpu mlock
 * May: incomplete
 *
 * A table of jumps, as distances, with more entries than are followed; only the last is another
 * one. Where all ways share one system call, its number is not known.
 */

#include "probe.h"

#define LAST 8999

static NOINLINE long go(long way)
{
        static const int distances[LAST + 1] = {
                [0 ... LAST - 1] = &&first - &&first,
                [LAST] = &&last - &&first,
        };

        goto *(&&first + distances[way]);
first:
        return probe(__NR_getcpu);
last:
        return probe(__NR_mlock);
}

int oracle(int argc)
{
        return go(opaque(0) + (argc > 1000 ? LAST : 0)) == 0;
}
