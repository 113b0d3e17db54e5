/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/holm.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "stats/sample.h"

struct result {
        double p; /* first, for sample_compare() */
        size_t index;
};

int holm_correct(const double *p, size_t count, double *ret)
{
        CLEANUP_FREE struct result *results = calloc(count + 1, sizeof(*results));
        double corrected = 0;

        if (!results)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++)
                results[i] = (struct result){p[i], i};
        qsort(results, count, sizeof(*results), sample_compare);
        for (size_t i = 0; i < count; i++) {
                corrected = fmax(corrected, (double)(count - i) * results[i].p);
                ret[results[i].index] = fmin(corrected, 1);
        }
        return 0;
}
