/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The formats that profiles are read from. */

#include "profile/profile.h"

struct profile_format {
        const char *name;        /* "gvisor" */
        const char *description; /* one line: what is looked for, and where */
        /*
         * The files that tell that a source tree is of this kind, relative to its root, any of
         * which is enough; ended by NULL. NULL: never recognised by itself.
         */
        const char *const *marks;
        bool is_file; /* reads a file, else a source tree */
        /*
         * Reads `path` into `profile`. Returns 0, or -errno with a message that names file and
         * line: -ENOENT where the tree lacks what is looked for, -EINVAL where it cannot be
         * understood.
         */
        int (*read)(const char *path, struct profile *profile, struct error *error);
};

/* All of them, ended by a row without a name. */
extern const struct profile_format profile_formats[];

/*
 * Reads a profile. `format` is a format's name, or NULL: by what `path` is and holds. `name` is
 * what to call it, or NULL: after the path (the file's name without its ending, or the folder's).
 * A profile in which not one feature is named is an error. Returns 0 or -errno with a message.
 */
int profile_read(const char *path, const char *format, const char *name, struct profile **ret,
        struct error *error);
