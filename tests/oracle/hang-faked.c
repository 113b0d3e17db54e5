/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * timerfd_settime works stubbed only; faked, the program hangs: it waits for a timer that was never
 * set. Where the timer cannot be set it does not wait.
 *
 * The rest follows: timerfd_create works either way, since a descriptor that is no timer cannot be
 * set either; read is required, to tell that the timer has run out (exit 1).
 */

#include <linux/time.h>
#include <linux/time_types.h>

#include "raw.h"

/* 5 ms, once. */
static const struct __kernel_itimerspec soon = {.it_value = {.tv_nsec = 5000000}};

int oracle(int argc)
{
        uint64_t expirations = 0;
        long timer = call2(__NR_timerfd_create, CLOCK_MONOTONIC, 0);

        (void)argc;
        if (timer < 0 || call4(__NR_timerfd_settime, timer, 0, &soon, NULL) < 0)
                return 0;
        call3(__NR_read, timer, &expirations, sizeof(expirations));
        return expirations == 1 ? 0 : 1;
}
