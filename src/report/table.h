/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Columns of text, each as wide as its widest cell, two spaces apart. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/cleanup.h"

struct table_column {
        const char *title;
        bool right; /* cells are aligned at their right ends, as numbers are */
};

struct table;

/* A table with a row of titles; NULL when out of memory. `columns` must outlive it. */
struct table *table_new(const struct table_column *columns, size_t column_count);

/*
 * Fills the next cell, from left to right, row after row. `color` is an escape sequence, must
 * outlive the table and may be empty. Returns 0 or -ENOMEM.
 */
int table_cell(struct table *table, const char *color, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* An empty line after the last row, unless there is none yet. Returns 0 or -ENOMEM. */
int table_gap(struct table *table);

/* Writes the table; `reset` is the escape sequence that ends a colour. Returns 0 or -ENOMEM. */
int table_write(const struct table *table, const char *bold, const char *reset, FILE *stream);

struct table *table_free(struct table *table);
DEFINE_CLEANUP(struct table *, table_free)
#define CLEANUP_TABLE CLEANUP(table_freep)
