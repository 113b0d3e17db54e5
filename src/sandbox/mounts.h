/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What is mounted where: /proc/self/mountinfo as a table, and the few mount operations in use. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vector.h"

/* One mount. The strings point into the table's text, unescaped. */
struct mount_entry {
        int id;              /* as in statx(2)'s stx_mnt_id */
        const char *root;    /* the part of the file system that is mounted: "/" or a path in it */
        const char *point;   /* where it is mounted, in the caller's view */
        const char *type;    /* of the file system: "ext4", "cgroup", … */
        const char *options; /* of the file system (not of this mount), comma-separated */
        bool visible;        /* a look-up of `point` ends in this mount: no other one hides it */
};

struct mount_table {
        char *text;
        VECTOR(struct mount_entry)
        entries; /* in path_compare() order: a mount before those below it */
};

/*
 * Reads the mounts of the calling process and finds out which are visible. Release with
 * mount_table_clear(). Returns 0 or -errno.
 */
int mount_table_read(struct mount_table *ret, struct error *error);

/*
 * The part of mount_table_read() that is without system calls: `text` (from malloc) is as mountinfo
 * and becomes the table's also on failure; no entry is marked visible. Returns 0, or -EINVAL.
 */
int mount_table_parse(char *text, struct mount_table *ret, struct error *error);

void mount_table_clear(struct mount_table *table);

/* True if the entry's options have this word. */
bool mount_entry_has_option(const struct mount_entry *entry, const char *option);

/* True where `path` lies in `folder`, at any depth, and is not the folder itself. Both absolute. */
bool path_is_below(const char *path, const char *folder);

/* An order in which what lies below a folder follows it directly. As strcmp(3). */
int path_compare(const char *a, const char *b);

/*
 * Lets `source`, with all mounts below it, appear at `target` as well, which must exist and be of
 * the same kind (folder or not). `attributes` are MOUNT_ATTR_… to set on all of it. Returns 0 or
 * -errno.
 */
int mount_bind(const char *source, const char *target, uint64_t attributes);
