/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Many tests at once: of a hundred tests of nothing at all, five come out below 0.05. Holm's
 * correction bounds the probability that any of them is called out by mistake, whatever the
 * dependence between them.
 *
 * S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
 * Statistics 6(2), 1979.
 */

#include <stddef.h>

/*
 * Corrected values, to be compared with the level itself: ret[i] belongs to p[i], is never below
 * it, never above 1, and in the same order. `ret` may be `p`. Returns 0 or -ENOMEM.
 */
int holm_correct(const double *p, size_t count, double *ret);
