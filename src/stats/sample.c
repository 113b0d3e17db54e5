/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/sample.h"

#include <math.h>
#include <stdlib.h>

int sample_compare(const void *a, const void *b)
{
        double x = *(const double *)a, y = *(const double *)b;

        return (x > y) - (x < y);
}

double sample_median(double *values, size_t count)
{
        if (count == 0)
                return NAN;
        qsort(values, count, sizeof(*values), sample_compare);
        return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

double sample_dominance(const double *x, size_t x_count, const double *y, size_t y_count)
{
        double difference = 0;

        for (size_t i = 0; i < x_count; i++)
                for (size_t j = 0; j < y_count; j++)
                        difference += sample_compare(&y[j], &x[i]);
        return difference / ((double)x_count * (double)y_count);
}
