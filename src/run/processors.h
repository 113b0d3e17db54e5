/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Processors of its own for the application: while it is measured, neither the test script (a load
 * generator, often) nor the conductor takes them away, and the scheduler does not move it about.
 *
 * The application can see that it has fewer processors (sched_getaffinity(2), nproc(1)) and may
 * start fewer threads; it does so with and without the feature under study alike.
 */

#include <sched.h>
#include <stdbool.h>

struct processors {
        cpu_set_t application;
        cpu_set_t rest; /* the conductor, the test script and all they start */
};

/*
 * Divides those of `all` into halves; the application has the one more where the number is odd.
 * False, with the outputs untouched, where there are fewer than two.
 */
bool processors_divide(const cpu_set_t *all, struct processors *ret);

/* As above, of those that the caller may run on. */
bool processors_find(struct processors *ret);
