/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Files of a source tree. */

#include <stdbool.h>

#include "profile/readers.h"

/* No source file that people write is larger. */
#define SOURCE_SIZE_MAX ((size_t)16 << 20)

/* True where the path is no folder, or is not there. */
bool tree_is_file(const char *path);

/* A file in memory, with what its text needs. */
struct tree_file {
        struct source_text source;
        char *path;
        char *text;
};

void tree_file_clear(struct tree_file *file);
#define CLEANUP_TREE_FILE CLEANUP(tree_file_clear)

/*
 * Loads a file: `path` itself, or `relative` in the folder `path`; it must outlive the result.
 * Returns 0; -ENOENT without a message where there is no such file in the folder; -errno with a
 * message.
 */
int tree_load(const char *path, const char *relative, struct tree_file *ret, struct error *error);

/*
 * Loads a file as tree_load() does, and has `parse` read its text. Returns what `parse` does, or
 * what tree_load() does.
 */
int tree_read(const char *path, const char *relative, source_parser *parse, struct profile *profile,
        struct error *error);

/*
 * Like tree_read() with the first of the `files` (ended by NULL) that is there. Returns -ENOENT
 * with a message that lists them where none is.
 */
int tree_read_first(const char *path, const char *const *files, source_parser *parse,
        struct profile *profile, struct error *error);

/*
 * Goes through a tree once, without following links (but `path` may be one), in the order of the
 * names, and has `parse` read each file whose path relative to `path` is `wanted`. A file as `path`
 * is read as it is. Returns 0; -ENOENT with a message where no file is wanted (`what` says which
 * were); -EFBIG for a tree too large to be the sources of one system; what `parse` returns below 0;
 * -errno.
 */
int tree_read_all(const char *path, bool (*wanted)(const char *relative), const char *what,
        source_parser *parse, struct profile *profile, struct error *error);
