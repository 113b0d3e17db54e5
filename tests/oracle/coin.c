/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Steady as long as getcpu answers; without it the toss of a coin decides (exit 1). So stubbed it
 * is unstable, and faked it works.
 */

#include "raw.h"

int oracle(int argc)
{
        unsigned char coin = 0;
        unsigned cpu;

        (void)argc;
        call3(__NR_getrandom, &coin, 1, 0);
        return call3(__NR_getcpu, &cpu, NULL, NULL) < 0 ? coin % 2 : 0;
}
