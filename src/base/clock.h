/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The monotonic clock as seconds, the unit of every duration in the project. */

#include <time.h>

static inline double clock_seconds(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
