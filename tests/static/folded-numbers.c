/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group msync mincore kcmp
 * May: incomplete
 *
 * A table of numbers whose index does not begin with zero: the address in the code is one before
 * the table, where something else may lie.
 */
#include "probe.h"

static const int numbers[] = {__NR_msync, __NR_mincore, __NR_kcmp};

static NOINLINE long by_number(long letter)
{
        return probe(numbers[letter - 'x']);
}

int oracle(int argc)
{
        for (long i = 0; i < 3; i++)
                by_number(opaque('x' + i));
        return argc == 0;
}
