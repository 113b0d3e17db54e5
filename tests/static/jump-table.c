/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock msync mincore kcmp sysfs ustat capget
 *
 * A switch with so many different branches that it becomes a jump through a table.
 */
#include "probe.h"

static NOINLINE long step(long n)
{
        return opaque(n);
}

static NOINLINE long dispatch(long way)
{
        long sum = 0;

        switch (way) {
        case 0:
                sum = probe(__NR_getcpu);
                break;
        case 1:
                sum = step(1) + probe(__NR_mlock);
                break;
        case 2:
                step(2);
                sum = probe(__NR_munlock) + 2;
                break;
        case 3:
                sum = step(step(3)) - probe(__NR_msync);
                break;
        case 4:
                probe(__NR_mincore);
                return 7;
        case 5:
                sum = step(5);
                __attribute__((fallthrough));
        case 6:
                sum ^= probe(__NR_kcmp);
                break;
        case 7:
                sum = probe(__NR_sysfs) * step(9);
                break;
        case 9:
                sum = probe(__NR_ustat) | step(way);
                break;
        default:
                sum = probe(__NR_capget) + step(-1);
        }
        return sum + step(4);
}

int oracle(int argc)
{
        for (long way = 0; way < 11; way++)
                dispatch(way);
        return argc == 0;
}
