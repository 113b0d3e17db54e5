/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Folders and files of a checkout that others made: symbolic links are told, not followed. */

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/vector.h"

/* A file of loupedb has 5 kilobytes. */
#define LOUPEDB_FILE_MAX ((size_t)1 << 20)

enum entry_kind {
        ENTRY_FOLDER,
        ENTRY_FILE,
        ENTRY_LINK,
        ENTRY_OTHER, /* a socket, a pipe, a device */
};

struct folder_entry {
        char *name;
        enum entry_kind kind;
};

struct folder_entries {
        VECTOR(struct folder_entry) items; /* by name */
};

void folder_entries_clear(struct folder_entries *entries);
#define CLEANUP_FOLDER_ENTRIES CLEANUP(folder_entries_clear)

/*
 * Opens the folder `name` within another one, which may not be a link, and lists it; names that
 * begin with a dot only where they are asked for. The caller closes `*ret_fd`, and clears `ret`.
 * Returns 0 or -errno.
 */
int folder_list(int parent, const char *name, bool hidden, int *ret_fd, struct folder_entries *ret);

/*
 * Reads a file into `buffer` of LOUPEDB_FILE_MAX bytes. Returns 0, or -errno: -ELOOP for a symbolic
 * link, -EFBIG, -EISDIR, -EBADF for what is neither file nor folder.
 */
int folder_read_file(int folder, const char *name, char *buffer, size_t *ret_size);
