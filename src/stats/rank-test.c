/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/rank-test.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "stats/sample.h"

/* One value of either sample. */
struct ranked {
        double value;
        bool of_y;
        size_t score; /* twice the rank, so that the mean of two ranks is a whole number */
};

static int compare_ranked(const void *a, const void *b)
{
        return sample_compare(
                &((const struct ranked *)a)->value, &((const struct ranked *)b)->value);
}

/* Twice the ranks, the same for equal values. Returns the sum of t³ - t over groups of t ties. */
static double rank_values(struct ranked *values, size_t count)
{
        double ties = 0;
        size_t end;

        qsort(values, count, sizeof(*values), compare_ranked);
        for (size_t start = 0; start < count; start = end) {
                end = start;
                while (end < count && values[end].value == values[start].value)
                        end++;
                /* Ranks start + 1 to end: their mean is half of the sum of first and last. */
                for (size_t i = start; i < end; i++)
                        values[i].score = start + 1 + end;
                ties += pow((double)(end - start), 3) - (double)(end - start);
        }
        return ties;
}

/*
 * How many of the ways to choose `chosen` of the scores have each sum, from 0 to `limit`: the table
 * ways[j][s] grows score by score. Numbers above 2^53 are rounded, to one part in 10^15; nothing is
 * ever subtracted. The caller frees the row for `chosen`, which is returned; NULL: out of memory.
 */
static double *count_sums(const size_t *scores, size_t count, size_t chosen, size_t limit)
{
        size_t width = limit + 1;
        CLEANUP_FREE double *ways = calloc((chosen + 1) * width, sizeof(*ways));
        double *row = calloc(width, sizeof(*row));

        if (!ways || !row) {
                free(row);
                return NULL;
        }
        ways[0] = 1;
        for (size_t i = 0; i < count; i++)
                for (size_t j = i + 1 < chosen ? i + 1 : chosen; j > 0; j--)
                        for (size_t sum = scores[i]; sum <= limit; sum++)
                                ways[j * width + sum] += ways[(j - 1) * width + sum - scores[i]];
        memcpy(row, ways + chosen * width, width * sizeof(*row));
        return row;
}

static double sum_of(const double *values, size_t count)
{
        double sum = 0;

        for (size_t i = 0; i < count; i++)
                sum += values[i];
        return sum;
}

/* The share of all ways to divide the values whose sum of scores is as far out as that of y. */
static int exact_p(
        const struct ranked *values, size_t count, size_t y_count, size_t observed, double *ret)
{
        CLEANUP_FREE size_t *scores = calloc(count, sizeof(*scores));
        CLEANUP_FREE double *ways = NULL;
        size_t limit = 0, expected = y_count * (count + 1), distance, deviation;
        double extreme = 0;

        if (!scores)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                scores[i] = values[i].score;
                if (i >= count - y_count)
                        limit += scores[i];
        }
        ways = count_sums(scores, count, y_count, limit);
        if (!ways)
                return -ENOMEM;
        distance = observed > expected ? observed - expected : expected - observed;
        for (size_t sum = 0; sum <= limit; sum++) {
                deviation = sum > expected ? sum - expected : expected - sum;
                if (deviation >= distance)
                        extreme += ways[sum];
        }
        *ret = fmin(extreme / sum_of(ways, limit + 1), 1);
        return 0;
}

/* Standard deviation of U; `ties` as of rank_values(). */
static double deviation_of_u(double m, double n, double ties)
{
        double count = m + n;

        return sqrt(m * n / 12 * (count + 1 - ties / (count * (count - 1))));
}

static double normal_p(double u, double m, double n, double ties)
{
        double distance = fabs(u - m * n / 2) - 0.5;

        if (distance <= 0)
                return 1;
        return erfc(distance / deviation_of_u(m, n, ties) / M_SQRT2);
}

int rank_test(
        const double *x, size_t x_count, const double *y, size_t y_count, struct rank_test *ret)
{
        size_t count = x_count + y_count, sum = 0;
        CLEANUP_FREE struct ranked *values = calloc(count + 1, sizeof(*values));
        struct rank_test test = {.p = 1};
        double ties, n = (double)y_count;
        int r = 0;

        if (!values)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++)
                values[i] = (struct ranked){
                        .value = i < x_count ? x[i] : y[i - x_count],
                        .of_y = i >= x_count,
                };
        ties = rank_values(values, count);
        for (size_t i = 0; i < count; i++)
                sum += values[i].of_y ? values[i].score : 0;
        test.u = (double)sum / 2 - n * (n + 1) / 2;
        if (x_count > 0 && y_count > 0 && values[0].value < values[count - 1].value) {
                if (count <= RANK_TEST_EXACT_MAX)
                        r = exact_p(values, count, y_count, sum, &test.p);
                else
                        test.p = normal_p(test.u, (double)x_count, n, ties);
        }
        if (r == 0)
                *ret = test;
        return r;
}

double rank_test_least_p(size_t x_count, size_t y_count)
{
        double p = 2;

        if (x_count == 0 || y_count == 0)
                return 1;
        if (x_count + y_count > RANK_TEST_EXACT_MAX)
                return normal_p(0, (double)x_count, (double)y_count, 0);
        /* Two of all the ways to divide the values, of which there are (m + n)! / (m! n!). */
        for (size_t i = 1; i <= y_count; i++)
                p *= (double)i / (double)(x_count + i);
        return fmin(p, 1);
}

/* As rank_test_critical(), of the normal approximation. */
static size_t normal_critical(double m, double n, double probability)
{
        double mean = m * n / 2, deviation = deviation_of_u(m, n, 0);
        double low = 0, high = mean, middle;

        /* P(U <= u), at the middle between the whole numbers u and u + 1. */
        while (high - low > 1e-6) {
                middle = (low + high) / 2;
                if (erfc((mean - middle) / deviation / M_SQRT2) / 2 <= probability)
                        low = middle;
                else
                        high = middle;
        }
        return (size_t)floor(low + 0.5);
}

int rank_test_critical(size_t x_count, size_t y_count, double probability, size_t *ret)
{
        size_t count = x_count + y_count, pairs = x_count * y_count, critical = 0;
        CLEANUP_FREE size_t *ranks = calloc(count + 1, sizeof(*ranks));
        CLEANUP_FREE double *ways = NULL;
        /* The least sum of ranks, at which U is 0. */
        size_t least = y_count * (y_count + 1) / 2;
        double total, below = 0;

        if (count > RANK_TEST_EXACT_MAX && x_count > 0 && y_count > 0) {
                *ret = normal_critical((double)x_count, (double)y_count, probability);
                return 0;
        }
        for (size_t i = 0; ranks && i < count; i++)
                ranks[i] = i + 1;
        ways = ranks ? count_sums(ranks, count, y_count, least + pairs) : NULL;
        if (!ways)
                return -ENOMEM;
        total = sum_of(ways + least, pairs + 1);
        while (critical < pairs && below + ways[least + critical] <= probability * total)
                below += ways[least + critical++];
        *ret = critical;
        return 0;
}
