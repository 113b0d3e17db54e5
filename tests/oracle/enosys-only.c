/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * getcpu works stubbed only, and only with ENOSYS: a kernel without the call is expected, every
 * other error is not (exit 1). A faked call leaves the number as it was, beyond any processor (exit
 * 2). So with
 * --stub-errno EPERM it is required.
 */

#include "raw.h"

int oracle(int argc)
{
        unsigned cpu = UINT32_MAX;
        long result = call3(__NR_getcpu, &cpu, NULL, NULL);

        (void)argc;
        if (result == -ENOSYS)
                return 0;
        if (result < 0)
                return 1;
        return cpu == UINT32_MAX ? 2 : 0;
}
