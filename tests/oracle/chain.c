/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Does what its arguments say, one after the other; under two names it is two programs.
 *
 *   sysinfo, getcpu, sched_yield   makes that call, which has to work (exit 11, 12, 13)
 *   fork                           a child does the rest, and its status is handed on
 *   exec PROGRAM                   PROGRAM does the rest
 *
 * So each call is made by the program and in the process that the arguments put it into, and no
 * others are made than these: clone (for fork), wait4, execve and exit_group.
 */

#define ORACLE_ARGUMENTS
#include "raw.h"

#define SIGCHLD 17

static int same(const char *a, const char *b)
{
        while (*a && *a == *b) {
                a++;
                b++;
        }
        return *a == *b;
}

/* Returns 0, or what to exit with; -1 for a word that is no call. */
static int make_call(const char *name)
{
        long buffer[64];

        if (same(name, "sysinfo"))
                return call1(__NR_sysinfo, buffer) == 0 ? 0 : 11;
        if (same(name, "getcpu"))
                return call3(__NR_getcpu, 0, 0, 0) == 0 ? 0 : 12;
        if (same(name, "sched_yield"))
                return call0(__NR_sched_yield) == 0 ? 0 : 13;
        return -1;
}

static int status_of(long child)
{
        int status = 0;

        if (child < 0 || call4(__NR_wait4, child, &status, 0, 0) != child)
                return 20;
        return status & 0x7f ? 21 : status >> 8 & 0xff;
}

int oracle(int argc, char **argv)
{
        char *none = NULL;
        int status;

        for (int i = 1; i < argc; i++) {
                if (same(argv[i], "fork")) {
                        long child = call2(__NR_clone, SIGCHLD, 0);

                        if (child != 0)
                                return status_of(child);
                } else if (same(argv[i], "exec")) {
                        call3(__NR_execve, argv[i + 1], argv + i + 1, &none);
                        return 22;
                } else {
                        status = make_call(argv[i]);
                        if (status != 0)
                                return status < 0 ? 23 : status;
                }
        }
        return 0;
}
