/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The layout of the public database, loupedb: APPLICATION/WORKLOAD/RUN/data/{dyn,static_binary,
 * static_sources}.csv, where WORKLOAD is benchmark-NAME, suite or suite-NAME, and NAME.syscalls at
 * the root for operating systems.
 */

#include <stddef.h>

#include "store/store.h"

struct import_report {
        size_t applications, workloads; /* of which anything was read */
        size_t results, statics, profiles;
        size_t new_results, new_statics, new_profiles; /* that were not there before */
        size_t refused;  /* files, each of which has a line among the problems */
        char **problems; /* "FILE:LINE: …": why a file was refused; ended by NULL, or NULL */
        char **notes;    /* odd shapes, and which of several runs counts; as above */
};

void import_report_clear(struct import_report *report);

/*
 * Imports a checkout in one transaction. Where it is one of git's, runs have the time of the last
 * commit that touched them; so the last of several runs counts, and elsewhere the last by name.
 * Odd shapes are read and noted (store/loupedb-file.h). Malformed files are refused, as are those
 * that cannot be read, and the rest is imported; symbolic links are noted and not followed.
 * A note names at most `places_told` files of one odd shape and counts the others. Importing again
 * stores nothing twice. `ret` is to be cleared by the caller. Returns 0 or -errno: -ENOENT where
 * the folder has nothing of that layout.
 */
int loupedb_import(struct store *store, const char *folder, size_t places_told,
        struct import_report *ret, struct error *error);

/*
 * Writes everything with a call of x86-64, whose numbers the layout has, into the folder, which is
 * made where it is missing and must be empty otherwise; where it fails nothing is left behind.
 *
 * Files that came from there are written as they were, byte for byte. Of analyses, RUN is the first
 * digits of the digest; calls that were not tested are written as required, since nothing says that
 * they can be left out; sub-features and files have no place there. A health check's WORKLOAD is
 * health or health-NAME, which neither claims to be a benchmark nor a suite, and is read again as
 * what it is. Of several results of one run the one that counts is written. What static analysis
 * found of an executable, whatever it has to do, stands beside each analysis of that executable,
 * and is not written where there is none. Profiles that came from lists are written as lists.
 *
 * `*ret_files` counts the files. Returns 0 or -errno: -ENOTEMPTY, -EEXIST where two names that
 * cannot be a folder's become the same.
 */
int loupedb_export(struct store *store, const char *folder, size_t *ret_files, struct error *error);
