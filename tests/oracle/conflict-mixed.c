/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A conflict between a fake and a stub: the program lowers its priority, and goes on where either
 * that took effect or sysinfo answers (exit 5 otherwise).
 *
 *   setpriority    works faked only: its failure is an error (exit 1)
 *   sysinfo        works stubbed only: an answer is believed, and no machine has no memory (exit 2)
 *   sched_getattr  required: tells the priority in force (exit 3 without it, 4 where it is made up)
 *
 * So setpriority cannot be faked while sysinfo is stubbed.
 */

#include <linux/sched/types.h>
#include <linux/sysinfo.h>

#include "raw.h"

static struct sched_attr attributes;
static struct sysinfo info;

int oracle(int argc)
{
        const long lower = 5;
        long answered;

        (void)argc;
        if (call3(__NR_setpriority, 0, 0, lower) < 0)
                return 1;
        answered = call1(__NR_sysinfo, &info) == 0;
        if (answered && info.totalram == 0)
                return 2;
        if (call4(__NR_sched_getattr, 0, &attributes, sizeof(attributes), 0) < 0)
                return 3;
        if (attributes.size == 0)
                return 4;
        return attributes.sched_nice >= lower || answered ? 0 : 5;
}
