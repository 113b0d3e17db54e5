/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The database: one SQLite file (schema: data/schema.sql) that holds what was measured, anywhere,
 * and what operating systems offer.
 *
 * Every function that changes it does so in one transaction, which is on disk when the function
 * returns, or has not happened. Several processes may use a database at once; one waits for the
 * other, for up to a minute.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

struct store;

enum store_mode {
        STORE_READ,   /* must exist; nothing is changed */
        STORE_WRITE,  /* must exist */
        STORE_CREATE, /* is made where it is missing, with its folders */
};

/*
 * Where the database is: `option` (what --db was given) where it is not NULL, else $LOUPE_DB, else
 * loupe/loupe.db in $XDG_DATA_HOME or ~/.local/share. Owned by the caller. Returns 0, or -ENOENT
 * with a message where none of these is set.
 */
int store_path(const char *option, char **ret, struct error *error);

/*
 * Opens a database and brings its schema up to date (not with STORE_READ, which reads an older one
 * too where it can). Returns 0 or -errno: -ENOENT where there is none, with a message that says
 * how to make one; -EINVAL for a file that is no database of loupe; -EPROTO for one of a newer
 * loupe; -EROFS, -EACCES, -ENOSPC…
 */
int store_open(const char *path, enum store_mode mode, struct store **ret, struct error *error);

/* Accepts NULL, returns NULL. */
struct store *store_close(struct store *store);
DEFINE_CLEANUP(struct store *, store_close)
#define CLEANUP_STORE CLEANUP(store_closep)

/* The path it was opened by; belongs to the store. */
const char *store_name(const struct store *store);
