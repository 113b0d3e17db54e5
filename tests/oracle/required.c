/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * sysinfo is required: the program needs what the call tells. Stubbed, it exits with 1; faked, the
 * memory that the call should have filled is still zero, and it exits with 2.
 */

#include <linux/sysinfo.h>

#include "raw.h"

static struct sysinfo info;

int oracle(int argc)
{
        (void)argc;
        if (call1(__NR_sysinfo, &info) < 0)
                return 1;
        return info.totalram > 0 ? 0 : 2;
}
