/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What the database keeps of loupedb's files beside their results: static tables, odd shapes. */

#include "store/database.h"
#include "store/loupedb-file.h"

/* "binary", "sources": the word for the method of a static table. */
const char *loupedb_table_method(enum loupedb_table table);

/*
 * Stores a static table; the same one is there once, as of the latest time. The row is left in
 * `*ret_id`. Returns 1 where it is new, 0 where it was there, or -errno.
 */
int loupedb_store_static(struct store *store, int64_t application, int64_t workload,
        const char *run, enum loupedb_table table, const struct loupedb_file *file,
        int64_t measured, int64_t *ret_id, struct error *error);

/*
 * Keeps in what shape the file of a result (of a static table: `owner` is its row) was; forgets one
 * that was kept before. Returns 0 or -errno.
 */
int loupedb_store_shape(struct store *store, enum loupedb_table table, int64_t owner,
        const struct loupedb_file *file, struct error *error);

/*
 * Gives the file, which has its verdicts, the shape that was kept. Without one it stays as it is.
 * Returns 0 or -errno.
 */
int loupedb_load_shape(struct store *store, enum loupedb_table table, int64_t owner,
        struct loupedb_file *file, struct error *error);
