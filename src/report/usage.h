/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What applications use and require, by dataset and all together: what `loupe show` tells. */

#include <stdio.h>

#include "dataset/coverage.h"
#include "dataset/dataset.h"
#include "report/feature-words.h"
#include "report/report.h"

struct usage_options {
        enum feature_spelling spelling;
        struct text_options text;          /* for report_usage_text() */
        const struct static_sets *statics; /* of the collection's applications; NULL: none */
};

/*
 * One dataset: its features by verdict, and how many of them are avoidable. Several: a table with a
 * line for each, then the same of all merged. Shares are of system calls; sub-features and files
 * are counted on their own. Where static analysis tells of the binary: which of the calls that it
 * names no run has shown, and which that were used it misses. Returns 0 or -errno.
 */
int report_usage_text(
        const struct collection *collection, const struct usage_options *options, FILE *stream);

/*
 * The document of schema loupe/usage/1 (data/usage.schema.json). Datasets of the same application
 * and kind of workload are merged. Returns 0 or -errno.
 */
int report_usage_json(
        const struct collection *collection, const struct usage_options *options, FILE *stream);

/*
 * A row for each finding: application, kind of workload, workload, run, feature, verdict. Where any
 * dataset has a static result a column more: "yes" or "no" for calls, empty where there is none;
 * and rows with the verdict "unused" for calls that only static analysis names. Returns 0 or
 * -errno.
 */
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

/* The coverage of some datasets of the collection; none where there are no static results. `ret` is
 * to be cleared by the caller. Returns 0 or -ENOMEM. */
int usage_coverage(const struct collection *collection, const struct usage_options *options,
        const struct dataset *datasets, size_t count, struct static_coverage *ret);

/* Sorts numbers, which ascend, for people: native calls, then the rest in feature order. */
void usage_sort(const struct feature_words *words, struct feature_numbers *numbers);

/* The words, indented, in lines that are no wider than `width` where they can be. */
void usage_write_words(const struct feature_words *words, const uint32_t *numbers, size_t count,
        unsigned width, FILE *stream);

/* What static analysis says about the datasets together: lists and a line. Nothing where it says
 * nothing. */
void usage_write_coverage(const struct feature_words *words, struct static_coverage *coverage,
        const struct text_options *options, FILE *stream);

/* Of a collection in which no run is known of any application: the last result of static analysis
 * of each in turn, behind `previous`, or the first where that is NULL. NULL: there is no more, or
 * there are runs. */
const struct static_set *usage_alone(const struct collection *collection,
        const struct usage_options *options, const struct static_set *previous);

/* The calls of a static result, sorted; `ret` is to be cleared by the caller. Returns 0 or -ENOMEM.
 */
int usage_alone_calls(const struct feature_words *words, const struct static_set *set,
        struct feature_numbers *ret);

/* Such a collection, which has a result, as text. Returns 0 or -errno. */
int usage_write_alone(const struct collection *collection, const struct usage_options *options,
        const struct feature_words *words, FILE *stream);
