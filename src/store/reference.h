/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * An earlier result that a new measurement is held against: how it was measured, on what, and the
 * verdicts. It comes from an analysis' document, from the database, or from what a journal keeps
 * of it.
 */

#include <jansson.h>

#include "search/search.h"
#include "store/store.h"

struct reference {
        json_t *json;       /* all of it, as a journal keeps it; texts below belong to it */
        const char *source; /* where it is from, for people: "out/analysis.json" */
        const char *application;
        const char *version; /* here and below NULL: unknown */
        const char *executable;
        const char *executable_digest;
        const char *workload;
        const char *kind;
        const char *kernel;
        const char *libc;
        const char *observer;
        const char *tool_version;
        bool same_workload; /* as the one that it is to be held against */
        unsigned replicas;
        struct withholding withholding;
        bool count_launch;
        enum subfeatures subfeatures;
        bool files;
        bool joint;
        VECTOR(struct feature) only; /* empty: everything was measured */
        VECTOR(struct known_verdict) verdicts;
};

void reference_clear(struct reference *reference);
#define CLEANUP_REFERENCE CLEANUP(reference_clear)

/*
 * Each fills in `ret`, which is to be cleared by the caller, and returns 0 or -errno: -EINVAL for
 * what is of another schema or damaged, -ENOTSUP for what was measured on another architecture.
 * `workload` is what is to be measured. It is the same where it tests alike, whatever program it
 * tests (workload_conditions_digest()); of results by earlier versions of loupe, only where the
 * program that it brings along, if any, is the same too.
 */

/* From a document of schema loupe/analysis/1; `path` names it. */
int reference_from_document(const char *path, const json_t *document,
        const struct workload *workload, struct reference *ret, struct error *error);

/*
 * From the database: the result of that id, which must be of an analysis (origin). The database
 * keeps the workload's digest as a part of the measurement's, which is enough to tell whether it
 * is the same.
 */
int store_load_reference(struct store *store, int64_t id, const struct workload *workload,
        struct reference *ret, struct error *error);

/* From the journal's member. */
int reference_from_json(json_t *json, struct reference *ret, struct error *error);
