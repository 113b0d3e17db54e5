/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Rows of the table of features, and the numbers that a catalogue gives the same features. */

#include <stdint.h>
#include <sys/types.h>

#include "base/vector.h"
#include "dataset/catalogue.h"
#include "store/database.h"

/* What a connection remembers of the table; NULL when out of memory. */
struct feature_ids *feature_ids_new(void);
struct feature_ids *feature_ids_free(struct feature_ids *ids);

/* Forgets everything, as what was added may have been undone. */
void feature_ids_forget(struct feature_ids *ids);

/* A feature and its row. The name belongs to the store, and stays. */
struct known_feature {
        int64_t id; /* 1 or more */
        const char *name;
};

/* Finds the row of a feature, which is added where there is none. Returns 0 or -errno. */
int store_feature(struct store *store, const struct feature *feature, struct known_feature *ret,
        struct error *error);

/* The same of a feature's number in a catalogue: quick where it is a native call. */
int store_feature_of(struct store *store, const struct catalogue *catalogue, unsigned number,
        struct known_feature *ret, struct error *error);

/*
 * The place of a row among `count` items of `size` bytes that begin with the row (an int64_t each,
 * ascending, 1 or more); -1: it is not there. At once where no row before it is missing.
 */
ssize_t find_row_item(const void *items, size_t count, size_t size, int64_t row);

/* Numbers of features in a catalogue, by their rows. */
struct feature_number {
        int64_t id;
        int32_t number; /* below 0: this loupe does not know it */
};

struct feature_numbers_by_id {
        VECTOR(struct feature_number) rows;
};

static inline void feature_numbers_by_id_clear(struct feature_numbers_by_id *numbers)
{
        vector_clear(&numbers->rows);
}

/* Below 0 where there is no such row, or this loupe does not know the feature. */
static inline int32_t feature_number_of(const struct feature_numbers_by_id *numbers, int64_t id)
{
        const struct feature_number *rows = numbers->rows.items;
        ssize_t place = find_row_item(rows, numbers->rows.count, sizeof(*rows), id);

        return place < 0 ? -1 : rows[place].number;
}

/*
 * Adds every feature of the database to the catalogue. One whose name this loupe does not
 * understand has the number -1. The caller clears `ret`. Returns 0 or -errno.
 */
int store_catalogue(struct store *store, struct catalogue *catalogue,
        struct feature_numbers_by_id *ret, struct error *error);

/* "PATH: feature ID is not known to this loupe": what to say of a number below 0. -EPROTO. */
int store_unknown_feature(struct store *store, int64_t id, struct error *error);
