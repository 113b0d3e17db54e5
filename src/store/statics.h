/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Results of static analyses in the database. */

#include "dataset/statics.h"
#include "feature/feature.h"
#include "store/result.h"
#include "store/store.h"

/* What a static analysis of ours found. All of it belongs to the caller. */
struct static_record {
        const char *application; /* NULL: see below */
        const char *workload;    /* NULL: whatever the executable has to do */
        enum workload_kind kind; /* with a workload */
        enum static_method method;
        int64_t measured;
        const char *executable;        /* path; never NULL */
        const char *executable_digest; /* SHA-256 in hexadecimal; never NULL */
        bool complete;
        const char *unknown_sites;      /* JSON: those of loupe/static/1; NULL: none */
        const struct feature *features; /* none twice */
        size_t feature_count;
};

/*
 * Stores static results, all in one transaction: one application after the other is quick where
 * they are many. Where the record names none, the application is the one that a stored analysis of
 * the same executable (by digest, or else by path) belongs to: of several the one with the
 * executable's name, or else the last; where there is no such analysis, the name of the
 * executable's file.
 *
 * A result that is there already is only written where it differs from others of the executable:
 * then it is the last of them. `ret_stored` gets what became of each; it may be NULL.
 * STORED_DIFFERENT: of the same executable something else is known, as its libraries or loupe have
 * changed. Returns 0 or -errno.
 */
int store_add_statics(struct store *store, const struct static_record *records, size_t count,
        enum stored *ret_stored, struct error *error);

/* The same of one. Returns a value of enum stored, or -errno. */
int store_add_static(struct store *store, const struct static_record *record, struct error *error);

/*
 * Loads all static results of the applications of the collection's datasets, of whatever workload
 * and of none.
 * Their features are added to the collection's catalogue. `ret` is sorted and is to be cleared by
 * the caller. Returns 0 or -errno.
 */
int store_load_statics(struct store *store, struct collection *collection, struct static_sets *ret,
        struct error *error);

/* The same of all applications that the collection was asked for, or of every one where it was
 * asked for none: also of those that no run is known of. */
int store_load_statics_alone(struct store *store, struct collection *collection,
        struct static_sets *ret, struct error *error);
