/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What the files of this folder share: the connection, statements, transactions. */

#include <sqlite3.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "store/store.h"

/* The connection; belongs to the store. */
sqlite3 *store_connection(struct store *store);

/*
 * The message of the last failure on the connection, behind "PATH: ". Returns -errno that fits:
 * -ENOSPC for a full disk, -EBUSY where another process kept the database for a minute, -EROFS,
 * -EACCES, -EUCLEAN for a damaged database, -ENOMEM…
 */
int store_failure(struct store *store, struct error *error);

/* As store_failure(), of a connection without a store. */
int connection_failure(sqlite3 *connection, const char *path, struct error *error);

/*
 * A compiled statement, kept by the store for its life and handed out again for the same text; it
 * is reset and has no bindings. `sql` is a constant. Belongs to the store. NULL with a message.
 *
 * A statement that returns rows is reset when they have been read (CLEANUP_STATEMENT): until then
 * it holds the database as it was when it began.
 */
sqlite3_stmt *store_statement(struct store *store, const char *sql, struct error *error);

static inline void statement_resetp(sqlite3_stmt **statement)
{
        sqlite3_reset(*statement);
}
#define CLEANUP_STATEMENT CLEANUP(statement_resetp)

/* Carries out a statement that returns no rows, and resets it. Returns 0 or -errno. */
int store_execute(struct store *store, sqlite3_stmt *statement, struct error *error);

/* The next row of a statement: 1, or 0 where there is none, or -errno. */
int store_step(struct store *store, sqlite3_stmt *statement, struct error *error);

/* Carries out SQL without parameters and rows, any number of statements. Returns 0 or -errno. */
int store_run(struct store *store, const char *sql, struct error *error);

/*
 * Each binds a parameter by its name, which the statement must have. Text is not copied: it must
 * stay until the statement is carried out; NULL binds NULL. That memory is short shows when the
 * statement is carried out.
 */
void bind_text(sqlite3_stmt *statement, const char *name, const char *text);
void bind_integer(sqlite3_stmt *statement, const char *name, int64_t value);
void bind_blob(sqlite3_stmt *statement, const char *name, const void *data, size_t size);

/* The text of a column, "" for NULL; valid until the next step. */
const char *column_text(sqlite3_stmt *statement, int column);

/* A copy of the text of a column, owned by the caller: `*ret` is NULL for NULL. Returns 0 or
 * -ENOMEM. */
int column_copy(sqlite3_stmt *statement, int column, char **ret);

/*
 * Transactions nest, and only the outermost one begins (for writing, at once) and commits:
 *
 *     r = store_begin(store, error);
 *     if (r < 0)
 *             return r;
 *     r = work(store, error);
 *     return store_end(store, r, error);
 *
 * Where an inner one failed, so does the outermost.
 */
int store_begin(struct store *store, struct error *error);

/* As store_begin(), but only to read: all that is read is of one moment. */
int store_begin_reading(struct store *store, struct error *error);

/* Commits where `result` is 0 or more, else undoes. Returns `result`, or -errno of a commit that
 * failed. */
int store_end(struct store *store, int result, struct error *error);

struct feature_ids;

/* The features that the connection has seen (store/feature-ids.h); belong to the store. */
struct feature_ids *store_features(struct store *store);
