/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock
 *
 * syscall(3) as C libraries have it: the number first, and then as many arguments as the call
 * takes.
 */
#include <stdarg.h>

#include "probe.h"

static NOINLINE long call(long number, ...)
{
        va_list list;
        long a, b, c, d, e, f;

        va_start(list, number);
        a = va_arg(list, long);
        b = va_arg(list, long);
        c = va_arg(list, long);
        d = va_arg(list, long);
        e = va_arg(list, long);
        f = va_arg(list, long);
        va_end(list);
        return raw_call(number, a, b, c, d, e, f);
}

int oracle(int argc)
{
        call(__NR_getcpu, -1L, -1L, -1L, -1L, -1L, -1L);
        if (argc == 1)
                return call(__NR_mlock, -1L, -1L, -1L) == 0;
        return call(__NR_munlock, -1L, (long)argc) == 0;
}
