/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/journal-folder.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/strings.h"

/* More of the same name are an oversight. */
#define NUMBER_MAX 1000

/* The first that is free. Owned by the caller; NULL where there is none, or when out of memory. */
static char *find_free(const struct journal_folder *where)
{
        CLEANUP_FREE char *name = strdup(where->name);

        for (char *letter = name; letter && *letter; letter++)
                if (*letter == '/')
                        *letter = '_';
        for (unsigned i = 1; name && i < NUMBER_MAX; i++) {
                CLEANUP_FREE char *folder =
                        i == 1 ? string_format("%s-%s", where->prefix, name)
                               : string_format("%s-%s-%u", where->prefix, name, i);
                CLEANUP_FREE char *journal =
                        folder ? string_format("%s/journal.jsonl", folder) : NULL;

                if (!journal)
                        return NULL;
                if (access(journal, F_OK) < 0)
                        return steal_pointer(folder);
        }
        return NULL;
}

int journal_folder_begin(const struct journal_folder *where, json_t *header, char **ret_folder,
        struct journal **ret, struct error *error)
{
        CLEANUP_FREE char *folder = where->given ? strdup(where->given) : find_free(where);
        int r;

        if (!folder)
                return error_set(error, ENOMEM, "no name for a folder: give one with --output");
        r = journal_create(folder, header, ret, error);
        if (r == -EEXIST)
                return error_set(error, EEXIST,
                        "%s holds %s already: continue it with --resume %s, or name another folder",
                        folder, where->what, folder);
        if (r == 0)
                *ret_folder = steal_pointer(folder);
        return r;
}
