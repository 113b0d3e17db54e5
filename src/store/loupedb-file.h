/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * One file of loupedb, text to struct and back. dyn.csv has a row "number,used,faked,stubbed,both"
 * for each call of x86-64 from 0 on, static_binary.csv and static_sources.csv one "number,used",
 * each word Y or N. The classes exclude each other: "faked" is works faked only, "stubbed" works
 * stubbed only, "both" either; none of them is required.
 *
 * What people wrote by hand has odd shapes, which are read too (see loupedb_file_parse()), and
 * remembered: what was read is written again byte for byte.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/vector.h"
#include "dataset/verdict.h"

enum loupedb_table {
        LOUPEDB_DYNAMIC,
        LOUPEDB_STATIC_BINARY,
        LOUPEDB_STATIC_SOURCES,
        LOUPEDB_TABLE_COUNT,
};

/* A file has a row for each call up to 334, the last number before the gap in Linux' numbering. */
#define LOUPEDB_ROWS     335
#define LOUPEDB_ROWS_MAX 1024

/* In the place of a verdict: not used. */
#define LOUPEDB_UNUSED VERDICT_COUNT

/* What loupedb_file_write() would not make of the verdicts alone. */
struct loupedb_line {
        unsigned number; /* of the call; one past the last: what follows the last row */
        char *text;      /* from the end of the row before to the end of this one, without its
                            newline */
};

struct loupedb_file {
        unsigned rows; /* numbered from 0 to this, excluded */
        /* An enum verdict, or LOUPEDB_UNUSED; of static tables VERDICT_UNTESTED for what is used.
         */
        uint8_t verdicts[LOUPEDB_ROWS_MAX];
        char *header;       /* all that precedes row 0, without the last newline; NULL: nothing */
        bool final_newline; /* the last line ends */
        VECTOR(struct loupedb_line) lines; /* by number ascending */
        /* Odd shapes, for reports. */
        unsigned all_marked;    /* rows that are used and marked in all three classes */
        unsigned unused_marked; /* rows that are marked and not used */
};

/* "dyn.csv" */
const char *loupedb_table_file(enum loupedb_table table);

/* "# syscall, used, works faked, works stubbed, works both" */
const char *loupedb_table_header(enum loupedb_table table);

/*
 * Reads a file. These shapes are read though they are odd: no header; more rows than LOUPEDB_ROWS;
 * all three classes marked (taken as either); marked but not used (taken as not used); blank lines,
 * comments, blanks, quotes, carriage returns; no newline at the end. Refused is what leaves doubt:
 * calls that are missing, out of order or there twice, other words than Y and N, two classes
 * marked, columns of other names or in another number, and what is not UTF-8.
 *
 * `path` is for messages. `ret` is to be cleared by the caller. Returns 0, -EINVAL with file and
 * line and what would be right, or -ENOMEM.
 */
int loupedb_file_parse(enum loupedb_table table, const char *path, const char *text, size_t size,
        struct loupedb_file *ret, struct error *error);

/* An empty one of LOUPEDB_ROWS rows in the common shape. Returns 0 or -ENOMEM. */
int loupedb_file_init(enum loupedb_table table, struct loupedb_file *ret);

void loupedb_file_clear(struct loupedb_file *file);
#define CLEANUP_LOUPEDB_FILE CLEANUP(loupedb_file_clear)

/* Adds a line behind the others, with a copy of the text. Returns 0 or -ENOMEM. */
int loupedb_file_add_line(
        struct loupedb_file *file, unsigned number, const char *text, size_t length);

/* True where the verdicts alone, up to LOUPEDB_ROWS rows, would be written as the file was. */
bool loupedb_file_is_common(enum loupedb_table table, const struct loupedb_file *file);

/* Writes the file as it was read; errors are the stream's. */
void loupedb_file_write(enum loupedb_table table, const struct loupedb_file *file, FILE *stream);
