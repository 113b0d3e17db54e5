/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What a store is made of. For store.c, database.c and summary-cache.c alone; the others ask
 * database.h. */

#include <stdbool.h>

#include "base/vector.h"
#include "store/database.h"

struct kept_statement {
        const char *sql; /* a constant of the program */
        sqlite3_stmt *statement;
};

struct store {
        char *path;
        sqlite3 *connection;
        enum store_mode mode;
        unsigned depth; /* of nested transactions */
        int undone;     /* -errno of an inner one that failed; 0: none has */
        VECTOR(struct kept_statement) statements;
        struct feature_ids *features;
        struct summary_cache_state *summaries; /* NULL: not asked for */
};

/* Another connection to the same file, without settings. Returns 0 or -errno. */
int store_connect_again(struct store *store, sqlite3 **ret);
