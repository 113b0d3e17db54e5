/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * sysinfo, getcpu and mlock are each avoidable (either), and so are any two of them, but not all
 * three: one of them must succeed (exit 1 otherwise). The joint check must name exactly these
 * three. sched_yield has nothing to do with it (either).
 */

#include <linux/sysinfo.h>

#include "raw.h"

static struct sysinfo info;
static char secret[64];

int oracle(int argc)
{
        unsigned cpu;
        int succeeded = 0;

        (void)argc;
        call0(__NR_sched_yield);
        succeeded += call1(__NR_sysinfo, &info) == 0;
        succeeded += call3(__NR_getcpu, &cpu, NULL, NULL) == 0;
        succeeded += call2(__NR_mlock, secret, sizeof(secret)) == 0;
        return succeeded > 0 ? 0 : 1;
}
