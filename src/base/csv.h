/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Comma-separated values (RFC 4180), read by libcsv. */

#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

/* One row, valid during the call it is passed to. */
struct csv_row {
        const char *path; /* of the file, for messages */
        unsigned line;    /* on which the row starts, from 1 on */
        size_t count;     /* of fields, 1 or more */
        char **fields;    /* without quotes; blanks around a field that has no quotes are dropped */
};

/*
 * Calls `row` for each row that is not empty, in their order; what it returns below 0 ends the
 * reading and is returned. Comments are rows like others: their first field begins with #.
 * `path` is for messages. Returns 0, -EINVAL with file and line for text that is no CSV (a quote
 * inside a field without quotes, a quote without its end, a NUL), or -errno.
 */
int csv_read(const char *path, const char *text, size_t size,
        int (*row)(void *context, const struct csv_row *row, struct error *error), void *context,
        struct error *error);

/*
 * "PATH:LINE: " and the message, as error_set() does it: what a `row` function says of its row.
 * Control characters become question marks. Returns -EINVAL.
 */
int csv_refuse(const struct csv_row *row, struct error *error, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* Writes one field, in quotes where it holds a comma, a quote or the end of a line. */
void csv_write_field(const char *field, FILE *stream);
