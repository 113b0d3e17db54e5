/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * By how much the second sample lies above the first, with an interval, both free of assumptions
 * about the distribution.
 *
 * J. L. Hodges, E. L. Lehmann, "Estimates of location based on rank tests", Annals of Mathematical
 * Statistics 34(2), 1963. The interval holds those shifts that the rank test would not refuse: D.
 * F. Bauer, "Constructing confidence sets using rank statistics", Journal of the American
 * Statistical Association 67, 1972.
 */

#include <stddef.h>

struct shift {
        double estimate; /* the median of all differences y - x; NAN where a sample is empty */
        double low;      /* the interval's ends; infinite where the samples are too small for it */
        double high;
};

/*
 * `confidence` is the least probability with which the interval covers the shift: 0.95. Exact up to
 * RANK_TEST_EXACT_MAX values; with ties it covers more often still. Returns 0 or -ENOMEM.
 */
int shift_estimate(const double *x, size_t x_count, const double *y, size_t y_count,
        double confidence, struct shift *ret);
