/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group mlock
 *
 * The old version of a library's function, as a program has it that was linked long ago.
 */
#include "probe.h"

long work_of_old(void);
__asm__(".symver work_of_old, work@ONE");

int oracle(int argc)
{
        return work_of_old() == argc;
}
