/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The folder of an analysis or a proof, which has its journal. */

#include "search/journal.h"

struct journal_folder {
        const char *given;  /* by --output; NULL: */
        const char *prefix; /* "loupe", and */
        const char *name;   /* "redis" make "loupe-redis", or "loupe-redis-2" where that has a
                               journal,   and so on */
        const char *what;   /* that such a folder holds: "an analysis" */
};

/*
 * Begins a journal there. `*ret_folder` is owned by the caller, too. Returns 0, or -errno with a
 * message: -EEXIST where the folder has a journal.
 */
int journal_folder_begin(const struct journal_folder *where, json_t *header, char **ret_folder,
        struct journal **ret, struct error *error);
