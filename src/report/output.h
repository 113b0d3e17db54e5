/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A result on its way to a file, or to standard output where the path is "-". A file gets its name
 * only when it is complete: until then the old one, if any, stays as it was.
 */

#include <stdio.h>

#include "base/cleanup.h"
#include "base/error.h"

struct output;

/*
 * Whether results can be written to all of these paths, as far as that shows beforehand: so that no
 * time is spent on a result that has nowhere to go. Those that are NULL are skipped, and so is what
 * lies in the folder `made`, which will be there by then (or NULL). Returns 0, or -errno with a
 * message: -EINVAL where two have the same file, or standard output.
 */
int output_check(const char *const paths[], size_t count, const char *made, struct error *error);

/* `path` is copied. Returns 0 or -errno. */
int output_open(const char *path, struct output **ret, struct error *error);

/* Where to write; belongs to the output. */
FILE *output_stream(struct output *output);

/*
 * Makes the file appear under its name, on disk before the old one goes. Returns 0, or -errno if
 * what was written did not all arrive; output_free() is due in either case.
 */
int output_commit(struct output *output, struct error *error);

/* Drops what was not committed; accepts NULL, returns NULL. */
struct output *output_free(struct output *output);
DEFINE_CLEANUP(struct output *, output_free)
#define CLEANUP_OUTPUT CLEANUP(output_freep)

/*
 * All of it at once: opens, has `write(what, stream)` write the content (which returns 0 or
 * -errno), commits. Returns 0 or -errno.
 */
int output_write(const char *path, int (*write)(const void *what, FILE *stream), const void *what,
        struct error *error);
