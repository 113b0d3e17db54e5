/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What it costs to leave a feature out, figure by figure: the same program with and without it,
 * compared by a rank test.
 *
 * An effect is flagged when it is certain and matters. Certain: p, corrected for all the features
 * and figures of the analysis, is below EFFECT_LEVEL. Matters: the shift is at least
 * EFFECT_THRESHOLD of the unmodified figure, its interval leaves out 0, and it is at least the
 * figure's own least amount, below which a difference says something about the measuring (a sleep
 * more or less of the conductor, a batch of pages in the kernel's count) or is too small to care
 * (two context switches instead of one).
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/vector.h"
#include "feature/feature.h"
#include "search/withhold.h"

#define EFFECT_LEVEL      0.05
#define EFFECT_THRESHOLD  0.05
#define EFFECT_CONFIDENCE 0.95

enum metric {
        METRIC_SCORE, /* the test script's number */
        METRIC_WALL,  /* seconds from the launch until the outcome */
        METRIC_MEMORY,
        METRIC_FILES,
        METRIC_CPU,
        METRIC_SWITCHES,
        METRIC_FILE_BYTES,
        METRIC_FILE_OPERATIONS,
        METRIC_NETWORK_BYTES,
        METRIC_NETWORK_OPERATIONS,
        METRIC_COUNT,
};

struct effect {
        bool measured;   /* the rest is valid */
        double baseline; /* medians, in the metric's unit */
        double variant;
        double shift; /* of the variant against the baseline: Hodges and Lehmann's estimate */
        double low;   /* its interval of EFFECT_CONFIDENCE; infinite with too few runs */
        double high;
        double dominance; /* effect size: Cliff's delta */
        double p;
        double corrected; /* p, by Holm's correction */
        bool flagged;
};

struct feature_impact {
        struct feature feature;
        enum mode mode;             /* the preferred one, in which it was measured */
        unsigned failures;          /* runs without the feature that did not pass: not measured */
        unsigned baseline_failures; /* unmodified runs that did not */
        struct effect effects[METRIC_COUNT];
};

struct impact_result {
        unsigned repeats; /* of each feature, and as many unmodified runs for it; 0: not measured */
        bool pinned;      /* the application had processors of its own */
        unsigned tests;   /* that p was corrected for */
        unsigned repeats_needed;                /* at least, for anything to be flagged */
        VECTOR(struct feature_impact) features; /* avoidable ones, in feature order */
};

/* "wall_s", as the JSON has it; "wall", as the table has it. */
const char *metric_name(enum metric metric);
const char *metric_title(enum metric metric);

/* By how much of its unit a metric has to differ at least. */
double metric_least(enum metric metric);

/*
 * Fills in all of the effect but `corrected` and `flagged`. Not measured where either sample has
 * fewer than three values, or all values of both are 0. Sorts the samples. Returns 0 or -ENOMEM.
 */
int effect_estimate(double *baseline, size_t baseline_count, double *variant, size_t variant_count,
        struct effect *ret);

/* Shift, or an end of its interval, as a fraction of the baseline's median; NAN where that is 0. */
double effect_relative(const struct effect *effect, double shift);

/* Corrects p over all features and metrics, and flags. Returns 0 or -ENOMEM. */
int effects_judge(struct impact_result *impact);
