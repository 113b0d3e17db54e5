/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * getcpu works either way, and decides which way the program goes. Where it answers, sysinfo is
 * required (exit 1, or 2 where it is made up); where it does not, times is (exit 3), and sysinfo is
 * never asked for. So a system without getcpu and sysinfo suits it, though sysinfo is required, and
 * one without getcpu and times does not, though times is never used where nothing is missing.
 */

#include <linux/sysinfo.h>

#include "raw.h"

static struct sysinfo info;

int oracle(int argc)
{
        unsigned cpu;

        (void)argc;
        if (call3(__NR_getcpu, &cpu, NULL, NULL) < 0)
                return call1(__NR_times, NULL) < 0 ? 3 : 0;
        if (call1(__NR_sysinfo, &info) < 0)
                return 1;
        return info.totalram > 0 ? 0 : 2;
}
