/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock
 *
 * A library of which no function is called: its constructor runs at the start, its destructor where
 * the program ends by exit(3).
 */
#include "probe.h"

extern int library_data;

int oracle(int argc)
{
        probe(__NR_getcpu);
        return argc == library_data;
}
