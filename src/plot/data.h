/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The data behind a figure: a small table of texts and numbers, which is all that a figure is drawn
 * from, and what its CSV holds. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/vector.h"

struct figure_cell {
        char *text;    /* NULL: a number */
        double number; /* NAN: nothing */
};

struct figure_data {
        char *title;                      /* of the figure */
        char **columns;                   /* their names, ended by NULL */
        size_t width;                     /* how many columns */
        VECTOR(struct figure_cell) cells; /* from left to right, row after row */
        bool out_of_memory;               /* something could not be added */
};

struct figure_data *figure_data_new(void);
struct figure_data *figure_data_free(struct figure_data *data);
DEFINE_CLEANUP(struct figure_data *, figure_data_free)
#define CLEANUP_FIGURE_DATA CLEANUP(figure_data_freep)

/* These set `out_of_memory` where they fail, which is to be looked at once, at the end. */

void figure_title(struct figure_data *data, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* Adds columns behind those there are; before the first cell. The list ends with NULL. */
void figure_columns(struct figure_data *data, const char *const *names);

/* These fill the next cell. Text is copied; NULL is nothing. */
void figure_text(struct figure_data *data, const char *text);
void figure_number(struct figure_data *data, double number);
void figure_nothing(struct figure_data *data);

/* 0, or -ENOMEM where anything could not be added. */
int figure_data_result(const struct figure_data *data);

size_t figure_rows(const struct figure_data *data);

/* The place of a column, or -1. */
int figure_column(const struct figure_data *data, const char *name);

/* The text of a cell: "" where it has none, or there is no such column. Belongs to the data. */
const char *figure_get_text(const struct figure_data *data, size_t row, const char *column);

/* The number of a cell: NAN where it has none, or there is no such column. */
double figure_get_number(const struct figure_data *data, size_t row, const char *column);

/* Writes it with a header row. Returns 0 or -errno. */
int figure_csv(const struct figure_data *data, FILE *stream);
