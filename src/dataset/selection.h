/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Which datasets a question is about. */

#include <stdbool.h>

#include "base/error.h"
#include "dataset/dataset.h"

struct selection {
        char **applications; /* names, or NULL: all */
        char **workloads;    /* "health", "bench", "suite" for a kind, anything else the name of a
                                workload; NULL: all */
        char *version;       /* a prefix of the application's version; NULL: any */
        char *libc;          /* a prefix, as "musl"; NULL: any */
        char *run;           /* a prefix of the run or the digest; NULL: any */
        bool every; /* also older measurements of the same application and kind of workload */
};

void selection_clear(struct selection *selection);
#define CLEANUP_SELECTION CLEANUP(selection_clear)

/* "redis,nginx" or "all". Returns 0, or -EINVAL with a message for an empty name. */
int selection_set_applications(struct selection *selection, const char *text, struct error *error);

/* "bench", "suite,health", "all", "redis-benchmark"; as above. "benchmark" is the same as "bench".
 */
int selection_set_workloads(struct selection *selection, const char *text, struct error *error);

/*
 * One side of a comparison: "APP" and any of ",workload=…", ",version=…", ",libc=…", ",run=…";
 * "APP/WORKLOAD" is short for "APP,workload=WORKLOAD". APP may be "all". `ret` is to be cleared by
 * the caller. Returns 0, or -EINVAL with a message that names the word that is not understood.
 */
int selection_parse(const char *text, struct selection *ret, struct error *error);

/* True where the dataset is one of those that are asked for; `every` plays no part. */
bool selection_matches(const struct selection *selection, const struct dataset *dataset);

/*
 * Drops from the collection, which is sorted, all datasets but the last of each application and
 * kind. Where workloads or runs of different names compete, `ret_notes` gets a line that says which
 * was taken and which were not (a list that NULL ends, owned by the caller; `ret_notes` may be
 * NULL). Returns 0 or -ENOMEM.
 */
int selection_choose(struct collection *collection, char ***ret_notes);
