/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock
 *
 * The program has a function of the same name as the library, whose own functions then call the
 * program's; what the library's one would have called is out of reach.
 */
#include "probe.h"

long library_work(void);
long replaced(void);

long replaced(void)
{
        return probe(__NR_getcpu);
}

int oracle(int argc)
{
        return library_work() == argc;
}
