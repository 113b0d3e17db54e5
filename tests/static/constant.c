/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock
 *
 * Numbers that stand at the call.
 */
#include "probe.h"

int oracle(int argc)
{
        probe(__NR_getcpu);
        if (argc == 1)
                probe(__NR_mlock);
        return 0;
}
