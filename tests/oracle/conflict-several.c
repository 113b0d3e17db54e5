/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Two conflicts that have nothing in common: one of sysinfo and getcpu must succeed (exit 1), and
 * one of mlock, getitimer and times (exit 2). Each of the five is avoidable by itself (either), as
 * is sched_yield, which belongs to neither.
 */

#include <linux/sysinfo.h>
#include <linux/time.h>

#include "raw.h"

static struct sysinfo info;
static struct __kernel_old_itimerval timer;
static char secret[64];

int oracle(int argc)
{
        unsigned cpu;
        int pair = 0;
        int triple = 0;

        (void)argc;
        call0(__NR_sched_yield);
        pair += call1(__NR_sysinfo, &info) == 0;
        pair += call3(__NR_getcpu, &cpu, NULL, NULL) == 0;
        triple += call2(__NR_mlock, secret, sizeof(secret)) == 0;
        triple += call2(__NR_getitimer, 0, &timer) == 0;
        triple += call1(__NR_times, NULL) >= 0;
        if (pair == 0)
                return 1;
        return triple > 0 ? 0 : 2;
}
