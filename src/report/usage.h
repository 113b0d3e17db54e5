/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What applications use and require, by dataset and all together: what `loupe show` tells. */

#include <stdio.h>

#include "dataset/dataset.h"
#include "report/feature-words.h"
#include "report/report.h"

struct usage_options {
        enum feature_spelling spelling;
        struct text_options text; /* for report_usage_text() */
};

/*
 * One dataset: its features by verdict, and how many of them are avoidable. Several: a table with a
 * line for each, then the same of all merged. Shares are of system calls; sub-features and files
 * are counted on their own. Returns 0 or -errno.
 */
int report_usage_text(
        const struct collection *collection, const struct usage_options *options, FILE *stream);

/*
 * The document of schema loupe/usage/1 (data/usage.schema.json). Datasets of the same application
 * and kind of workload are merged. Returns 0 or -errno.
 */
int report_usage_json(
        const struct collection *collection, const struct usage_options *options, FILE *stream);

/* A row for each finding: application, kind of workload, workload, run, feature, verdict. Returns 0
 * or -errno. */
int report_usage_csv(
        const struct collection *collection, const struct usage_options *options, FILE *stream);

/* How many features of one kind have which verdict. */
struct usage_count {
        size_t used;
        size_t verdicts[VERDICT_COUNT];
        size_t avoidable; /* stubbed, faked or either way */
};

struct usage_count usage_count(
        const struct feature_words *words, const struct findings *findings, enum feature_kind kind);

/* The share of what is avoidable in percent; 0 where nothing is used. */
double usage_avoidable(const struct usage_count *count);

/* Which dataset it is: "redis 7.0, bench (redis-benchmark), glibc 2.36, run 3f01, 2024-04-27". */
void usage_write_description(const struct dataset *dataset, FILE *stream);
