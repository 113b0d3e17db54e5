/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/effect.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "stats/holm.h"
#include "stats/rank-test.h"
#include "stats/sample.h"
#include "stats/shift.h"

/* Fewer values than this say nothing. */
#define VALUES_MIN 3

/* More repeats than these nobody is told to make. */
#define REPEATS_MAX 1000

static const struct {
        const char *name;
        const char *title;
        double least; /* see metric_least() */
} metrics[] = {
        /* Its unit is the script's own. */
        [METRIC_SCORE] = {"score", "score", 0},
        /* The conductor looks at what is not ready every 0.005 s at most. */
        [METRIC_WALL] = {"wall_s", "wall", 0.005},
        /* Pages are counted in batches for each processor, and samples miss the last moment. */
        [METRIC_MEMORY] = {"memory_bytes", "memory", 512 << 10},
        /* One descriptor is what a fallback opens for itself. */
        [METRIC_FILES] = {"files", "files", 2},
        /* What starting a program takes varies by that much with the caches. */
        [METRIC_CPU] = {"cpu_s", "cpu", 0.003},
        [METRIC_SWITCHES] = {"context_switches", "switches", 20},
        [METRIC_FILE_BYTES] = {"file_bytes", "file B", 4096},
        [METRIC_FILE_OPERATIONS] = {"file_operations", "file ops", 10},
        [METRIC_NETWORK_BYTES] = {"network_bytes", "net B", 4096},
        [METRIC_NETWORK_OPERATIONS] = {"network_operations", "net ops", 10},
};

const char *metric_name(enum metric metric)
{
        return metrics[metric].name;
}

const char *metric_title(enum metric metric)
{
        return metrics[metric].title;
}

double metric_least(enum metric metric)
{
        return metrics[metric].least;
}

int effect_estimate(double *baseline, size_t baseline_count, double *variant, size_t variant_count,
        struct effect *ret)
{
        struct effect effect = {.measured = true, .corrected = 1};
        struct rank_test test;
        struct shift shift;
        int r;

        if (baseline_count < VALUES_MIN || variant_count < VALUES_MIN) {
                *ret = (struct effect){};
                return 0;
        }
        effect.baseline = sample_median(baseline, baseline_count);
        effect.variant = sample_median(variant, variant_count);
        /* Sorted, so that all are 0 where the ends are. */
        if (baseline[0] == 0 && baseline[baseline_count - 1] == 0 && variant[0] == 0 &&
                variant[variant_count - 1] == 0) {
                *ret = (struct effect){};
                return 0;
        }
        r = rank_test(baseline, baseline_count, variant, variant_count, &test);
        if (r == 0)
                r = shift_estimate(baseline, baseline_count, variant, variant_count,
                        EFFECT_CONFIDENCE, &shift);
        if (r < 0)
                return r;
        effect.p = test.p;
        effect.shift = shift.estimate;
        effect.low = shift.low;
        effect.high = shift.high;
        effect.dominance = sample_dominance(baseline, baseline_count, variant, variant_count);
        *ret = effect;
        return 0;
}

double effect_relative(const struct effect *effect, double shift)
{
        return effect->baseline == 0 ? NAN : shift / fabs(effect->baseline);
}

static bool matters(enum metric metric, const struct effect *effect)
{
        return (effect->low > 0 || effect->high < 0) &&
               fabs(effect->shift) >= metric_least(metric) &&
               fabs(effect->shift) >= EFFECT_THRESHOLD * fabs(effect->baseline);
}

/* How many runs of each kind a difference as clear as can be needs to stand out of that many tests.
 */
static unsigned count_repeats(unsigned tests)
{
        unsigned repeats = VALUES_MIN;

        while (repeats < REPEATS_MAX && rank_test_least_p(repeats, repeats) * tests >= EFFECT_LEVEL)
                repeats++;
        return repeats;
}

int effects_judge(struct impact_result *impact)
{
        CLEANUP_FREE double *p = calloc(impact->features.count * METRIC_COUNT + 1, sizeof(*p));
        struct feature_impact *feature;
        struct effect *effect;
        size_t count = 0;
        int r;

        if (!p)
                return -ENOMEM;
        vector_for_each(feature, &impact->features)
                for (enum metric metric = 0; metric < METRIC_COUNT; metric++)
                        if (feature->effects[metric].measured)
                                p[count++] = feature->effects[metric].p;
        r = holm_correct(p, count, p);
        if (r < 0)
                return r;
        impact->tests = (unsigned)count;
        impact->repeats_needed = count_repeats(impact->tests);
        count = 0;
        vector_for_each(feature, &impact->features)
                for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
                        effect = &feature->effects[metric];
                        if (!effect->measured)
                                continue;
                        effect->corrected = p[count++];
                        effect->flagged =
                                effect->corrected < EFFECT_LEVEL && matters(metric, effect);
                }
        return 0;
}
