/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The rank-sum test of Wilcoxon, Mann and Whitney: do two samples come from the same distribution?
 * It asks nothing of the distribution's shape, and one wild value moves no more than one rank.
 *
 * H. B. Mann, D. R. Whitney, "On a test of whether one of two random variables is stochastically
 * larger than the other", Annals of Mathematical Statistics 18(1), 1947.
 */

#include <stddef.h>

/* Up to so many values in both samples together the distribution is exact. */
#define RANK_TEST_EXACT_MAX 40

struct rank_test {
        double u; /* pairs in which the value of y is above that of x; a tie counts one half */
        double p; /* two-sided: of a rank sum at least as far from the expected one, by chance */
};

/*
 * Small samples: all ways to divide the ranks that occurred, ties (which share the mean of their
 * ranks) included, are counted by the shift algorithm: B. Streitberg, J. Röhmel, "Exact
 * distributions for permutation and rank tests", Statistical Software Newsletter 12(1), 1986.
 * Larger ones: the normal approximation with the correction for continuity, and for ties after
 * E. L. Lehmann, "Nonparametrics: Statistical Methods Based on Ranks", 1975, section 1.4.
 *
 * An empty sample, and samples whose values are all the same, give p = 1.
 * Returns 0 or -ENOMEM.
 */
int rank_test(
        const double *x, size_t x_count, const double *y, size_t y_count, struct rank_test *ret);

/*
 * The smallest p that samples of these sizes can give: that of samples that do not overlap, without
 * ties.
 */
double rank_test_least_p(size_t x_count, size_t y_count);

/*
 * The largest k so that P(U < k) <= probability for samples without ties of that distribution:
 * exact up to RANK_TEST_EXACT_MAX values, else by the normal approximation. 0: there is none.
 * Returns -ENOMEM where memory is out.
 */
int rank_test_critical(size_t x_count, size_t y_count, double probability, size_t *ret);
