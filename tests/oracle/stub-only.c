/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * sysinfo works stubbed only: where the kernel has no such call the program goes on without, but
 * once the call reports success its answer is believed, and no machine has no memory (exit 1).
 */

#include <linux/sysinfo.h>

#include "raw.h"

static struct sysinfo info;

int oracle(int argc)
{
        (void)argc;
        return call1(__NR_sysinfo, &info) == 0 && info.totalram == 0 ? 1 : 0;
}
