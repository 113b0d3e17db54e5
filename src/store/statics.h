/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Results of static analyses in the database. */

#include "dataset/statics.h"
#include "store/store.h"

/*
 * Loads all static results of the applications of the collection's datasets, of whatever workload.
 * Their features are added to the collection's catalogue. `ret` is sorted and is to be cleared by
 * the caller. Returns 0 or -errno.
 */
int store_load_statics(struct store *store, struct collection *collection, struct static_sets *ret,
        struct error *error);
