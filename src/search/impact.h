/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Measures what leaving out each avoidable feature costs (effect.h).
 *
 * Runs are made one at a time. Each run without a feature has an unmodified one at its side, which
 * goes first in every other repeat: what drifts on the machine (heat, caches, other load) then
 * touches both alike. Both run behind a seccomp filter, the unmodified one behind one that allows
 * everything, so that the filter's own cost is not taken for the feature's. (What cannot be taken
 * off is the answer to a fake with a value of its own, a few microseconds a call.) Where there are
 * two processors or more the application has its own (run/processors.h).
 */

#include "search/analysis.h"
#include "search/executor.h"
#include "search/trial.h"

#define IMPACT_REPEATS         10
#define IMPACT_REPEATS_MINIMUM 5
#define IMPACT_REPEATS_MAXIMUM 1000

struct impact_options {
        struct executor *executor;
        const struct time_limits *limits;
        unsigned repeats;
};

/*
 * Fills in analysis->impact from analysis->features. Leaves the executor with one job at a time.
 * Returns 0, EXECUTOR_INTERRUPTED or -errno.
 */
int impact_measure(
        const struct impact_options *options, struct analysis *analysis, struct error *error);
