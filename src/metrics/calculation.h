/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What the parts of metrics_calculate() share. */

#include "metrics/metrics.h"
#include "metrics/package-set.h"

struct calculation {
        const struct collection *collection;
        const struct metrics_options *options;
        struct metrics *metrics; /* the result; belongs to the caller */
        unsigned limit;          /* size of the arrays below, which are indexed by feature */
        uint32_t *ranks;         /* of calls by importance, from 1 on; 0: no call that is used */
        bool *lacking;           /* what is used and the OS lacks; nothing without a profile */
        struct package_set packages; /* empty without popularity */
};

/* True where the findings include some that the OS lacks and the definition needs. */
bool calculation_lacks(const struct calculation *calculation, const struct finding *findings,
        size_t count, enum completeness definition);

/* The place by importance of the least important call that the findings need; 0: they need none. */
uint32_t calculation_last_rank(const struct calculation *calculation,
        const struct finding *findings, size_t count, enum completeness definition);

/* Each of these returns 0 or -ENOMEM, and needs those before it. */
int calculate_figures(struct calculation *calculation);
int calculate_importance(struct calculation *calculation);
int calculate_completeness(struct calculation *calculation); /* and the curve */
int calculate_missing(struct calculation *calculation);
