/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock
 *
 * Tables whose index does not begin with zero: the address in the code is one before the table,
 * where something else may lie.
 */
#include "probe.h"

typedef long work(void);

FUNCTION(a, __NR_getcpu)
FUNCTION(b, __NR_mlock)
FUNCTION(c, __NR_munlock)

static long before[200] = {1, 2, 3};
static work *table[] = {a, b, c};

static NOINLINE long call(long letter)
{
        return table[letter - 'a']();
}

int oracle(int argc)
{
        for (long i = 0; i < 3; i++)
                call(opaque('a' + i));
        return before[argc] == 77;
}
