/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Which omissions hold together: everything avoidable withheld at once, in the preferred modes.
 * Where that fails, delta debugging finds the smallest sets that do not go together, and a set that
 * does, to which nothing can be added.
 */

#include "search/analysis.h"
#include "search/executor.h"
#include "search/trial.h"

struct joint_options {
        struct executor *executor;
        const struct time_limits *limits;
        unsigned replicas;
        const struct withholding *withholding;
};

/*
 * Fills in analysis->joint from analysis->features. Returns 0, EXECUTOR_INTERRUPTED or -errno.
 */
int joint_check(
        const struct joint_options *options, struct analysis *analysis, struct error *error);
