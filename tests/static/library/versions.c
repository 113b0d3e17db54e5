/* SPDX-License-Identifier: BSD-3-Clause */
/* One name in two versions; new programs get the second. */
#include "../library.h"

long work_old(void);
long work_new(void);

long work_old(void)
{
        return probe(__NR_mlock);
}

long work_new(void)
{
        return probe(__NR_munlock);
}

__asm__(".symver work_old, work@ONE");
__asm__(".symver work_new, work@@TWO");
