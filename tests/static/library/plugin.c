/* SPDX-License-Identifier: BSD-3-Clause */
/* Opened at run time: its constructor runs; of its functions those that dlsym() is asked for. */
#include "../library.h"

long plugin_entry(void);
long plugin_other(void);

static __attribute__((constructor)) void begin(void)
{
        probe(__NR_mlock);
}

long plugin_entry(void)
{
        return probe(__NR_munlock);
}

long plugin_other(void)
{
        return probe(__NR_msync);
}
