/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What the rows of a result say it found. */

#include "store/findings.h"

struct feature_row {
        int64_t row;
        struct known_feature feature; /* with this row, or that in another database */
};

/* The features of a database, by their rows. */
struct feature_rows {
        VECTOR(struct feature_row) rows;
        char *names; /* all of them, one behind the other */
};

/* NULL where there is no such row. */
static inline const struct known_feature *feature_rows_find(
        const struct feature_rows *features, int64_t row)
{
        const struct feature_row *rows = features->rows.items;
        ssize_t place = find_row_item(rows, features->rows.count, sizeof(*rows), row);

        return place < 0 ? NULL : &rows[place].feature;
}

void feature_rows_clear(struct feature_rows *rows);
#define CLEANUP_FEATURE_ROWS CLEANUP(feature_rows_clear)

/* Reads the whole table; `ret` is to be cleared by the caller. Returns 0 or -errno. */
int feature_rows_read(struct store *store, struct feature_rows *ret, struct error *error);

/* Returns -EUCLEAN with a message where a row has a feature that is none, or no known word. */
int found_read(struct store *store, int64_t result, const struct feature_rows *features,
        struct found *ret, struct error *error);
