/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The versions of a database's schema. A new database is made by data/schema.sql; an older one is
 * brought up to date by steps, a file data/migrations/VERSION.sql each, which data/meson.build
 * embeds and schema.c lists.
 */

#include <sqlite3.h>

#include "base/error.h"

/* "Loup" in ASCII: PRAGMA application_id of loupe's databases. */
#define STORE_APPLICATION_ID 0x4c6f7570

/* data/schema.sql and the files of data/migrations/, embedded. */
extern const char store_schema[], store_step_2[], store_step_3[];

/* What brings a database from version - 1 to `version`. */
struct schema_step {
        int version;
        const char *sql;
};

struct schema {
        const char *sql;                 /* makes a database of the newest version */
        int version;                     /* the newest, above 0 */
        const struct schema_step *steps; /* ascending, from 2 to `version`; ended by version 0 */
};

/* The schema of this loupe. */
extern const struct schema schema_current;

/* What a file turns out to be. */
enum schema_state {
        SCHEMA_EMPTY, /* a database without anything in it */
        SCHEMA_CURRENT,
        SCHEMA_OLDER,
        SCHEMA_NEWER,
        SCHEMA_FOREIGN, /* a database of another program */
};

/* `*ret_version` is the database's. Returns a value of enum schema_state, or a negative SQLite
 * code: -SQLITE_NOTADB for a file that is no database. */
int schema_look(sqlite3 *connection, const struct schema *schema, int *ret_version);

/*
 * Brings a database that is empty or older to the newest version: all in one transaction, so that
 * it has the old version where a step fails. Another process may be at it at the same time. To be
 * called outside of a transaction: references between rows are not enforced meanwhile, since a step
 * that makes a table anew has to drop the old one. Returns 0, or a negative SQLite code with
 * SQLite's message, which names the version that failed.
 */
int schema_update(sqlite3 *connection, const struct schema *schema, struct error *error);
