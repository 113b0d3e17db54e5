/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu
 * Incomplete: number
 *
 * A number that comes from outside: nobody can tell, and the result says so.
 */
#define ORACLE_ARGUMENTS
#include "probe.h"

int oracle(int argc, char **argv)
{
        probe(__NR_getcpu);
        if (argc > 1)
                probe(argv[1][0]);
        return 0;
}
