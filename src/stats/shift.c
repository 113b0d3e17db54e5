/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/shift.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "stats/rank-test.h"
#include "stats/sample.h"

int shift_estimate(const double *x, size_t x_count, const double *y, size_t y_count,
        double confidence, struct shift *ret)
{
        size_t count = x_count * y_count, critical;
        CLEANUP_FREE double *differences = calloc(count + 1, sizeof(*differences));
        struct shift shift = {.low = -INFINITY, .high = INFINITY};
        int r;

        if (!differences)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++)
                differences[i] = y[i % y_count] - x[i / y_count];
        /* Sorts, as what follows needs it. */
        shift.estimate = sample_median(differences, count);
        r = rank_test_critical(x_count, y_count, (1 - confidence) / 2, &critical);
        if (r < 0)
                return r;
        if (critical > 0 && count > 0) {
                shift.low = differences[critical - 1];
                shift.high = differences[count - critical];
        }
        *ret = shift;
        return 0;
}
