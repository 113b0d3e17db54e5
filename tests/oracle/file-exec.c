/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Executes itself by /proc/self/exe, which is therefore required: exit 1 where that cannot be
 * executed. Its second self makes no call but the last.
 */

#include "raw.h"

int oracle(int argc)
{
        const char *const arguments[] = {"again", "again", NULL};
        const char *const environment[] = {NULL};

        if (argc > 1)
                return 0;
        call3(__NR_execve, "/proc/self/exe", arguments, environment);
        return 1;
}
