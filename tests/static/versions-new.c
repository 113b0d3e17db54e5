/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group munlock
 *
 * The default version of a library's function.
 */
#include "probe.h"

long work(void);

int oracle(int argc)
{
        return work() == argc;
}
