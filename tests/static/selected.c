/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock msync mincore kcmp sysfs
 *
 * One of several constants: chosen by a condition, and by a switch that assigns numbers.
 */
#include "probe.h"

static NOINLINE long by_switch(int way)
{
        long number;

        switch (way) {
        case 1:
                number = __NR_munlock;
                break;
        case 20:
                number = __NR_msync;
                break;
        case 300:
                number = __NR_mincore;
                break;
        case 4000:
                number = __NR_kcmp;
                break;
        default:
                number = __NR_sysfs;
        }
        return probe(number);
}

int oracle(int argc)
{
        probe(argc > 1 ? __NR_getcpu : __NR_mlock);
        by_switch(argc);
        by_switch((int)opaque(5));
        return 0;
}
