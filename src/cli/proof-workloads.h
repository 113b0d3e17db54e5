/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What is to be proven: workload files, and folders in which they are looked for. */

#include "base/vector.h"
#include "cli/option.h"
#include "workload/workload.h"

/* The file that is looked for in a folder, and, where that has none, in each folder in it. */
#define PROOF_WORKLOAD_FILE "workload.yaml"

struct proof_workloads {
        VECTOR(struct workload *) items; /* complete, none twice; each has a source */
};

void proof_workloads_clear(struct proof_workloads *workloads);
#define CLEANUP_PROOF_WORKLOADS CLEANUP(proof_workloads_clear)

struct proof_workload_choice {
        const char *applications; /* "redis,nginx": names of applications, or of the workloads'
                                     folders; NULL or "all": all */
        const char *workloads;    /* "health", "bench,suite", or names; NULL or "all": all */
};

/*
 * Reads what the paths name, in their order; what is found in a folder by name. A workload that
 * cannot be read is an error; but where applications are chosen, one that was only found in a
 * folder is left out with a note. Returns 0 or -errno, with a message for a name that nothing has.
 */
int proof_workloads_read(char *const *paths, size_t count,
        const struct proof_workload_choice *choice, struct proof_workloads *ret,
        struct error *error);

/*
 * A name for each workload's folder, none twice: that of the application, with that of the workload
 * or a number where it takes more. An array in the order of the workloads, ended by NULL, owned by
 * the caller; NULL when out of memory.
 */
char **proof_workload_folders(const struct proof_workloads *workloads);
