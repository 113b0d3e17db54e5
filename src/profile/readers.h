/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The readers of this folder, one a format. Each has a parser of text, which adds what the text
 * says to a profile, and a thin layer above that finds the files. What is not as the reader knows
 * it is refused with -EINVAL and a message that says what was looked for; a text in which nothing
 * is found adds nothing, and profile_read() refuses a profile that stays empty.
 */

#include <stddef.h>

#include "profile/profile.h"

/* A file in memory. Belongs to the caller of a parser. */
struct source_text {
        const char *path;     /* for messages */
        const char *relative; /* to the root of the source: what entries give as their file */
        const char *text;     /* with a NUL behind its `size` bytes */
        size_t size;
};

/* Sets "PATH:LINE: " and the message; only the path for line 0. Returns -EINVAL. */
int source_refuse(const struct source_text *source, unsigned line, struct error *error,
        const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A walk over lines; starts as {.source = source}. */
struct source_lines {
        const struct source_text *source;
        size_t offset;   /* of the next line */
        unsigned number; /* of the current line, from 1 on */
        const char *line;
        size_t length; /* without the line's end, CRLF as well */
};

/* Goes to the next line. Returns false behind the last. */
bool source_next_line(struct source_lines *lines);

/* Returns 0; -EINVAL with file and line; -ENOMEM. */
typedef int source_parser(
        const struct source_text *source, struct profile *profile, struct error *error);

/* Reads `path`, a file or tree. As in struct profile_format. */
typedef int source_reader(const char *path, struct profile *profile, struct error *error);

/*
 * Adds the statement, whose feature is left out, about the call with that number in the native ABI;
 * as an unknown one of that name where Linux has no call of that number. Returns 0 or -ENOMEM.
 */
int profile_add_number(struct profile *profile, unsigned long number, const char *name,
        const struct profile_entry *statement);

/* The entry of a call by its name, or NULL. The profile is finished. */
struct profile_entry *profile_find_call(struct profile *profile, const char *name);

/*
 * A second source says less of a call than the first, and is right: takes its support, file, line
 * and note where the support is less, or the same and there is no note yet. A call that the first
 * does not have is left out. profile_finish() was called before. Returns 0 or -ENOMEM.
 */
int profile_weaken(struct profile *profile, const char *name, enum support support,
        const char *file, unsigned line, const char *note);

/*
 * Adds the entries of `other` for features that `profile` has none for, and its unknown names. Both
 * are finished; another profile_finish() is due. Returns 0 or -ENOMEM.
 */
int profile_complete(struct profile *profile, const struct profile *other);

source_parser list_parse, csv_parse_profile, unikraft_parse, gramine_parse, gramine_parse_features,
        gvisor_parse, gvisor_parse_json, asterinas_parse, asterinas_parse_table, nanos_parse,
        osv_parse, freebsd_parse, freebsd_parse_dummies, starnix_parse, kerla_parse, starryos_parse;

source_reader list_read, csv_read_profile, unikraft_read, gramine_read, gvisor_read,
        gvisor_read_json, asterinas_read, nanos_read, osv_read, freebsd_read, starnix_read,
        kerla_read, starryos_read;
