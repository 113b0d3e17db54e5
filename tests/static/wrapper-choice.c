/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group sysfs ustat
 * May: incomplete
 *
 * A wrapper that makes either the call that it is handed or one of its own.
 */
#include "probe.h"

static NOINLINE long one(long number)
{
        return probe(number);
}

static NOINLINE long choose(int which, long number)
{
        return one(which ? number : __NR_ustat);
}

int oracle(int argc)
{
        choose(argc - 1, __NR_sysfs);
        return 0;
}
