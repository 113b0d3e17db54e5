/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The database as a whole: what is in it, whether it is sound, another one's contents, copies. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "store/store.h"

/* A result, valid during the call that it is passed to; NULL: unknown. */
struct listed_result {
        const char *application;
        const char *workload, *kind; /* "health", "benchmark", "suite"; NULL: of static analysis of
                                        the executable, whatever it has to do */
        const char *method;          /* "runs", or static: "binary", "sources" */
        const char *run, *origin, *version, *libc;
        int64_t measured; /* seconds since the epoch; 0: unknown */
        size_t features;  /* that were used, or by static analysis could be */
};

struct listed_profile {
        const char *name, *format, *source;
        int64_t imported;
        size_t features, supported; /* of them fully */
};

struct listing {
        int (*result)(void *context, const struct listed_result *result);
        int (*profile)(void *context, const struct listed_profile *profile);
        void *context;
};

/*
 * Calls for each result by application, kind, workload and time, then for each static one, then
 * for each profile by name; what a call returns below 0 ends it. Returns 0 or -errno.
 */
int store_list(struct store *store, const struct listing *listing, struct error *error);

struct contents_count {
        size_t applications, workloads, results, statics, profiles, features;
};

int store_count(struct store *store, struct contents_count *ret, struct error *error);

/*
 * Looks through all of it: SQLite's own structure, references between rows, what is packed against
 * the rows it was made from, digests of what was found. `*ret_faults` gets one line for each
 * fault, NULL where there is none (owned by the caller). Returns 0 or -errno: only where it could
 * not look.
 */
int store_verify(struct store *store, char ***ret_faults, struct error *error);

struct merge_report {
        size_t results, statics, profiles; /* that were not there before */
        size_t known;                      /* of results, static ones and profiles: were there */
        /* One line for each: the same measurement that found something else (both are kept), a
         * profile of the same name that says something else (the later one keeps the name, the
         * other gets @ and its digest's first digits behind it); ended by NULL, or NULL. */
        char **conflicts;
};

void merge_report_clear(struct merge_report *report);

/*
 * Takes in what another database has, in one transaction: nothing is lost, and nothing is there
 * twice. In which order databases are merged, and how often, makes no difference to what was found.
 * Returns 0 or -errno; -EUCLEAN where the other one is damaged (store_verify()), with nothing
 * changed.
 */
int store_merge(
        struct store *store, const char *path, struct merge_report *ret, struct error *error);

/* Writes everything but the records of runs, as schema loupe/database/1
 * (data/database.schema.json). Returns 0 or -errno. */
int store_export_json(struct store *store, FILE *stream, struct error *error);

/* Writes a row for each finding: application,workload,kind,run,feature,verdict. Returns 0 or
 * -errno. */
int store_export_csv(struct store *store, FILE *stream, struct error *error);
