/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A folder that is filled in a place of its own and appears in the end, whole:
 *
 *     struct staging staging;
 *     r = staging_begin(&staging, path, error);
 *     if (r < 0)
 *             return r;
 *     r = …staging_write(&staging, "a/b/c.csv", text, size, error)…
 *     return staging_end(&staging, r, error);
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct staging {
        char *target;
        char *folder;  /* beside the target, or in it where it was there */
        int fd;        /* of `folder` */
        bool existing; /* the target was there, empty */
};

/* Returns 0 or -errno: -ENOTEMPTY for a target that is not empty. */
int staging_begin(struct staging *staging, const char *target, struct error *error);

/*
 * Writes a file, with the folders above it; `path` is relative. Returns 0 or -errno: -EEXIST for
 * one that was written already.
 */
int staging_write(struct staging *staging, const char *path, const char *text, size_t size,
        struct error *error);

/*
 * Puts what was written into its place where `result` is 0, else removes it. Returns `result`, or
 * -errno where that failed.
 */
int staging_end(struct staging *staging, int result, struct error *error);
