/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Writes to /proc/self/oom_score_adj, and
 *
 *   without an argument  looks at no result: either
 *   with one             takes a failure for an error (exit 1): works faked only
 *   with two             also looks at the effect (exit 2) in /proc/self/oom_score: both are
 * required
 */

#include "raw-file.h"

/* The number that /proc/self/oom_score holds, or -1. */
static long score(void)
{
        static char text[32];
        long count, value = 0;

        count = file_read("/proc/self/oom_score", text, sizeof(text));
        if (count < 2)
                return -1;
        for (long i = 0; i < count - 1; i++)
                value = 10 * value + (text[i] - '0');
        return value;
}

int oracle(int argc)
{
        static const char most[] = "1000";
        const long size = sizeof(most) - 1;
        long before = 0;

        if (argc > 2)
                before = score();
        if (before < 0)
                return 3;
        if (file_write("/proc/self/oom_score_adj", most, size) != size && argc > 1)
                return 1;
        return argc <= 2 || score() > before ? 0 : 2;
}
