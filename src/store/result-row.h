/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* A result as it goes into the table, with everything that hangs on it but runs and impact. */

#include "store/findings.h"
#include "store/result.h"

/* All text belongs to who fills it in; NULL: unknown. */
struct result_row {
        const char *application;
        const char *workload;
        const char *kind; /* "health", "benchmark", "suite" */
        const char *digest;
        const char *origin;
        const char *run;
        int64_t measured;
        const char *version;
        const char *executable;
        const char *executable_digest;
        const char *kernel;
        const char *arch;
        const char *libc;
        const char *observer;
        int64_t cpus; /* 0: unknown */
        const char *tool_version;
        const char *settings;
        const char *summary;
        struct found *found; /* is sorted */
};

/*
 * Stores it, within a transaction. Of one measurement that found the same several times the latest
 * is kept (of an analysis with all of its details); *ret_written tells whether that is this one, so
 * that runs and impact are to be stored too. Returns a value of enum stored, or -errno.
 */
int result_row_store(struct store *store, const struct result_row *row, int64_t *ret_id,
        bool *ret_written, struct error *error);

/* The rows of an application and of a workload, added where there are none. 1 or more, or -errno.
 */
int64_t store_application_id(struct store *store, const char *name, struct error *error);
int64_t store_workload_id(struct store *store, const char *application, const char *workload,
        const char *kind, struct error *error);
