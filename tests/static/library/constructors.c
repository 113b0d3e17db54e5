/* SPDX-License-Identifier: BSD-3-Clause */
/* Nobody calls anything in here. */
#include "../library.h"

long unused(void);

extern int library_data;
int library_data = 7;

static __attribute__((constructor)) void begin(void)
{
        probe(__NR_mlock);
}

static __attribute__((destructor)) void end(void)
{
        probe(__NR_munlock);
}

long unused(void)
{
        return probe(__NR_msync);
}
