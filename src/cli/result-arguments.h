/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Options of the verbs that answer questions: in which form, and where to. */

#include <stdbool.h>
#include <stdio.h>

#include "cli/option.h"
#include "report/feature-words.h"

struct result_arguments {
        bool names;
        bool numbers;
        const char *output;   /* file or "-", of the text */
        const char *json;     /* file or "-" */
        const char *csv;      /* file or "-" */
        const char *markdown; /* file or "-" */
};

#define RESULT_FIELD(name) .offset = offsetof(struct result_arguments, name)

/* Rows for a group with the title "Result", whose struct is struct result_arguments. */
#define RESULT_OPTIONS                                                                           \
        {"names", .kind = OPTION_FLAG, RESULT_FIELD(names),                                      \
                .help = "write features by their names (the default)"},                          \
                {"numbers", .kind = OPTION_FLAG, RESULT_FIELD(numbers),                          \
                        .help = "write calls of this machine's architecture by their numbers"},  \
                {"output", 'o', OPTION_STRING, RESULT_FIELD(output), .placeholder = "FILE|-",    \
                        .help = "write the text here (default: standard output, unless another " \
                                "form is asked for)"},                                           \
        {                                                                                        \
                "json", .kind = OPTION_STRING, RESULT_FIELD(json), .placeholder = "FILE|-",      \
                        .help = "write the result as JSON; - is standard output"                 \
        }

/* Rows for verbs that have these forms. `row` says what a row of the CSV is. */
#define RESULT_OPTION_CSV(row)                                                             \
        {                                                                                  \
                "csv", .kind = OPTION_STRING, RESULT_FIELD(csv), .placeholder = "FILE|-",  \
                       .help = "write a row for each " row " as CSV; - is standard output" \
        }
#define RESULT_OPTION_MARKDOWN                                                                  \
        {                                                                                       \
                "markdown",                                                                     \
                        .kind = OPTION_STRING, RESULT_FIELD(markdown), .placeholder = "FILE|-", \
                        .help = "write the result as a table of Markdown; - is standard output" \
        }

/* Writes a result in one form. Returns 0 or -errno. */
typedef int (*result_writer)(const void *result, FILE *stream);

/* NULL for the forms that a verb does not have. */
struct result_writers {
        result_writer text, json, csv, markdown;
};

/* Refuses --names together with --numbers, and what output_check() does. Returns 0 or -errno. */
int result_arguments_check(const struct result_arguments *arguments, struct error *error);

/* How features are to be written. */
enum feature_spelling result_spelling(const struct result_arguments *arguments);

/*
 * Writes the result in each form that is asked for, and as text where none is. Returns 0 or
 * -errno.
 */
int result_write(const struct result_arguments *arguments, const struct result_writers *writers,
        const void *result, struct error *error);
