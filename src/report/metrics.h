/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Metrics as text, JSON and CSV. */

#include <stdbool.h>
#include <stdio.h>

#include "dataset/dataset.h"
#include "metrics/metrics.h"
#include "profile/profile.h"
#include "report/report.h"

/* What is reported, and how. Owns nothing. */
struct metrics_report {
        const struct collection *collection;
        const struct metrics *metrics;
        const struct profile *profile; /* that the metrics are about; NULL: none */
        enum completeness definition;  /* by which importance is ordered */
        size_t top;                    /* rows of the table of the most important calls; 0: all */
        bool numbers;                  /* calls are told by their numbers; else by their names */
        bool datasets;                 /* the figures of each dataset as well */
        bool places;                   /* text: for each missing call also which datasets it
                                          concerns */
        bool curve;                    /* text: the curve as well */
};

/* Headline figures, the datasets, the most important calls, what the OS lacks, the curve. Returns 0
 * or -errno. */
int report_metrics_text(
        const struct metrics_report *report, const struct text_options *options, FILE *stream);

/* The document of schema loupe/metrics/1 (data/metrics.schema.json). Returns 0 or -errno. */
int report_metrics_json(const struct metrics_report *report, FILE *stream);

/*
 * One row a call, the most important first, below a row of titles; completeness is that with all
 * calls up to this one. What is not known is an empty field. Returns 0 or -errno.
 */
int report_metrics_csv(const struct metrics_report *report, FILE *stream);
