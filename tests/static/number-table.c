/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock msync
 *
 * Numbers in a table that is never written to; a switch over neighbouring values becomes one, too.
 */
#include "probe.h"

static const int numbers[] = {__NR_getcpu, __NR_mlock, __NR_munlock, __NR_msync};

int oracle(int argc)
{
        for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
                probe(numbers[opaque((long)i)]);
        return argc == 0;
}
