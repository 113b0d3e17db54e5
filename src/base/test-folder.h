/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* A temporary folder for one test, with at most one file in it. To be included after <cmocka.h>. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct test_folder {
        char folder[64];
        char path[96]; /* of the file, which is not made */
};

/* Makes the folder, for a set-up function of cmocka; `*state` becomes a struct test_folder. */
static inline int test_folder_make(void **state, const char *file)
{
        struct test_folder *folder = calloc(1, sizeof(*folder));

        assert_non_null(folder);
        strcpy(folder->folder, "/tmp/loupe-test-XXXXXX");
        assert_non_null(mkdtemp(folder->folder));
        snprintf(folder->path, sizeof(folder->path), "%s/%s", folder->folder, file);
        *state = folder;
        return 0;
}

/* A tear-down function of cmocka: removes folder and file. */
static inline int test_folder_remove(void **state)
{
        struct test_folder *folder = *state;

        unlink(folder->path);
        rmdir(folder->folder);
        free(folder);
        return 0;
}
