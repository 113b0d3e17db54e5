/* SPDX-License-Identifier: BSD-3-Clause */

/* Fails half of the time (exit 1), by the toss of a coin. No verdict would mean anything. */

#include "raw.h"

int oracle(int argc)
{
        unsigned char coin = 0;

        (void)argc;
        call3(__NR_getrandom, &coin, 1, 0);
        return coin % 2;
}
