/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* A merge on its way. For merge.c and merge-profiles.c. */

#include "store/contents.h"
#include "store/found-rows.h"

struct merge {
        struct store *ours;
        struct store *theirs;
        /* Of their database by its rows, with ours in their place. */
        struct feature_rows features;
        struct merge_report report;
        struct error *error;
};

/* Adds a line to the report. Returns 0 or -ENOMEM. */
int merge_conflict(struct merge *merge, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* The row of ours for a row of theirs in the table of features, or -errno. */
int64_t merge_feature(struct merge *merge, int64_t theirs);

/*
 * Copies rows that hang on one of theirs to one of ours: `select` has the parameter :id, and as
 * many columns as `insert` has parameters besides :id, ?1, which gets the row of ours. Their first
 * column is a feature where `has_feature`. Returns 0 or -errno.
 */
int merge_rows(struct merge *merge, const char *select, int64_t theirs, const char *insert,
        int64_t ours, bool has_feature);

int merge_profiles(struct merge *merge);
int merge_proofs(struct merge *merge);
