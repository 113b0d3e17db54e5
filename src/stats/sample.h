/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Figures of one sample, and of two. A sample is an array of finite numbers in any order. */

#include <stddef.h>

/* For qsort(3): ascending. */
int sample_compare(const void *a, const void *b);

/* The median, the mean of the middle two where there is no middle one. Sorts; NAN where empty. */
double sample_median(double *values, size_t count);

/*
 * Cliff's delta: how often a value of `y` is above one of `x`, less how often it is below, as a
 * fraction of all pairs: -1 (all of y below all of x) to 1 (all above); 0 where they overlap
 * evenly. NAN where either is empty.
 * N. Cliff, "Dominance statistics: Ordinal analyses to answer ordinal questions", Psychological
 * Bulletin 114(3), 1993.
 */
double sample_dominance(const double *x, size_t x_count, const double *y, size_t y_count);
