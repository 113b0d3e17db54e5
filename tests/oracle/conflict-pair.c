/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * sysinfo and getcpu each work stubbed only: the program goes on without one of them, but believes
 * what an answer says (exit 1 where that cannot be). It does not go on without both (exit 2), so
 * not both can be left out at once. The joint check must name exactly these two. sched_yield has
 * nothing to do with it (either).
 */

#include <linux/sysinfo.h>

#include "raw.h"

static struct sysinfo info;

int oracle(int argc)
{
        unsigned cpu = UINT32_MAX;
        int answers = 0;

        (void)argc;
        call0(__NR_sched_yield);
        if (call1(__NR_sysinfo, &info) == 0) {
                if (info.totalram == 0)
                        return 1;
                answers++;
        }
        if (call3(__NR_getcpu, &cpu, NULL, NULL) == 0) {
                if (cpu == UINT32_MAX)
                        return 1;
                answers++;
        }
        return answers > 0 ? 0 : 2;
}
