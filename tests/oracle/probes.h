/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Four calls that a C library makes for nobody, with the four verdicts. Programs that are about
 * where a call is made, or about what else goes on meanwhile, make these there.
 *
 *   sysinfo      required   stubbed: 1, faked: 2
 *   mlock        fake       stubbed: 3
 *   getcpu       stub       faked: 4
 *   sched_yield  either
 */

#include <stddef.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

/* Returns 0, or the number above. */
static inline int probes(void)
{
        struct sysinfo info = {};
        unsigned cpu = -1u;
        char secret[64];

        syscall(SYS_sched_yield);
        if (syscall(SYS_sysinfo, &info) != 0)
                return 1;
        if (info.totalram == 0)
                return 2;
        if (syscall(SYS_mlock, secret, sizeof(secret)) != 0)
                return 3;
        if (syscall(SYS_getcpu, &cpu, NULL, NULL) == 0 && cpu == -1u)
                return 4;
        return 0;
}
