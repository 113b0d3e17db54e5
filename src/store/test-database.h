/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* A database in a folder of its own for one test. To be included after <cmocka.h>. */

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/database.h"

struct test_database {
        char folder[64];
        char path[96]; /* of the database, which is made */
        struct store *store;
};

static int test_database_remove_one(
        const char *path, const struct stat *status, int kind, struct FTW *where)
{
        (void)status;
        (void)kind;
        (void)where;
        return remove(path);
}

static inline void test_database_open(struct test_database *database, enum store_mode mode)
{
        struct error error = {};

        store_close(database->store);
        database->store = NULL;
        if (store_open(database->path, mode, &database->store, &error) != 0)
                fail_msg("%s", error.message);
}

static inline int test_database_make(void **state)
{
        struct test_database *database = calloc(1, sizeof(*database));

        assert_non_null(database);
        strcpy(database->folder, "/tmp/loupe-test-XXXXXX");
        assert_non_null(mkdtemp(database->folder));
        snprintf(database->path, sizeof(database->path), "%s/loupe.db", database->folder);
        test_database_open(database, STORE_CREATE);
        *state = database;
        return 0;
}

static inline int test_database_remove(void **state)
{
        struct test_database *database = *state;

        store_close(database->store);
        nftw(database->folder, test_database_remove_one, 8, FTW_DEPTH | FTW_PHYS);
        free(database);
        return 0;
}

/* The number that a query of one row and column returns. */
static inline int64_t test_number(struct store *store, const char *sql)
{
        struct error error = {};
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store, sql, &error);

        if (!select || store_step(store, select, &error) != 1)
                fail_msg("%s: %s", sql, error.message);
        return sqlite3_column_int64(select, 0);
}
