/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Results in the database: what was measured, and what it found. */

#include <jansson.h>

#include "dataset/dataset.h"
#include "dataset/selection.h"
#include "store/store.h"

/* What became of a result that was to be stored. */
enum stored {
        STORED_NEW,
        STORED_ALREADY,   /* the same measurement, with the same findings, was there */
        STORED_DIFFERENT, /* stored; but the same measurement was there with other findings: both
                             are kept, the newer one counts */
};

/*
 * Stores an analysis from its document, of schema loupe/analysis/1, with its runs: `records` is an
 * array of the journal's records (search/journal.h), or NULL. `path` is for messages. Returns a
 * value of enum stored, or -errno: -EINVAL for a document that is not of the schema.
 */
int store_add_analysis(struct store *store, const char *path, const json_t *document,
        const json_t *records, int64_t measured, struct error *error);

/*
 * Stores a dataset as it is, for importers; findings are numbered by `catalogue`. The id of the new
 * result, or of the one that was there, is left in `*ret_id`, which may be NULL. Returns a value of
 * enum stored, or -errno.
 */
int store_add_dataset(struct store *store, const struct catalogue *catalogue,
        const struct dataset *dataset, int64_t *ret_id, struct error *error);

/*
 * Loads what is asked for, sorted, one dataset for each application and kind of workload unless
 * `every` is set. `ret_notes` as in selection_choose(); may be NULL. Returns 0, or -errno: -ENOENT
 * for an application that the database does not have, with a message that suggests the nearest.
 */
int store_load(struct store *store, const struct selection *selection, struct collection **ret,
        char ***ret_notes, struct error *error);
