/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Independent jobs on several threads. */

#include <stddef.h>

/* Processors this process may use, at least 1. */
unsigned parallel_processors(void);

/*
 * Carries out job(context, 0) … job(context, count - 1), in the order of their numbers, on up to
 * `threads` threads (1: on the caller's own). A job that returns a negative value stops those that
 * have not been started. Returns 0, or the value of the failed job with the lowest number; jobs
 * keep their messages themselves.
 */
int parallel_for(
        size_t count, unsigned threads, int (*job)(void *context, size_t number), void *context);
