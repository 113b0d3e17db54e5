/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The names of loupedb's folders, APPLICATION/WORKLOAD/RUN, and what they stand for. */

#include <stdbool.h>

#include "base/digest.h"
#include "workload/workload.h"

#define LOUPEDB_DATA_FOLDER    "data"
#define LOUPEDB_PROFILE_ENDING ".syscalls"

/*
 * What a workload's folder is of: "benchmark-wrk" is the benchmark "wrk", "suite" the suite
 * "suite", "suite-regression" the suite "regression". Health checks, which the public database does
 * not have, are written in the same manner: "health", "health-NAME"; who knows the two kinds alone
 * passes them over. Returns 0 with `*ret_name` within `folder`, or -EINVAL where it is none of
 * these
 * ("suite-suite" is none, as its suite is written "suite").
 */
int loupedb_workload_parse(const char *folder, enum workload_kind *ret_kind, const char **ret_name);

/* The inverse, owned by the caller; NULL when out of memory. */
char *loupedb_workload_folder(enum workload_kind kind, const char *name);

/* True for a name that is UTF-8 without control characters: what may become a name in results. */
bool loupedb_name_is_plain(const char *name);

/*
 * A name as that of a folder, owned by the caller; NULL when out of memory. It is the name itself,
 * unless that cannot be: then %XX stands for slashes, percent signs and a dot at its beginning, and
 * % for no name at all.
 */
char *loupedb_folder_name(const char *name);

/* What identifies a run that came from there: SHA-256 in hexadecimal. Returns 0 or -ENOMEM. */
int loupedb_run_digest(const char *application, const char *workload_folder, const char *run,
        char ret[DIGEST_TEXT_SIZE]);
