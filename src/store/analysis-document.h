/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Documents of schema loupe/analysis/1 (data/analysis.schema.json), checked: they come from files,
 * of which anybody may have made anything. Nothing here knows the database.
 */

#include <jansson.h>

#include "base/digest.h"
#include "base/vector.h"
#include "dataset/verdict.h"
#include "feature/feature.h"

struct analysed_verdict {
        struct feature feature;
        enum verdict verdict;
        int64_t count;
        json_t *object; /* of the document's features */
};

struct analysed_joint {
        struct feature feature;
        const char *mode; /* "stub", "fake" */
};

struct analysed_conflict {
        VECTOR(struct feature) features;
};

struct analysed_impact {
        struct feature feature;
        const char *mode;
        json_t *object; /* of the document's impact.features */
};

/* What the document says. Text and objects belong to the document; NULL: unknown. */
struct analysis_document {
        const char *application;
        const char *version;
        const char *executable;
        const char *executable_digest;
        const char *workload;
        const char *kind;
        const char *workload_digest;
        const char *workload_conditions; /* NULL: measured by an earlier loupe */
        const char *kernel;
        const char *arch;
        const char *libc;
        const char *observer;
        int64_t cpus;
        const char *tool_version;
        json_t *settings;
        VECTOR(struct analysed_verdict) verdicts;
        VECTOR(struct analysed_joint) joint;
        VECTOR(struct analysed_conflict) conflicts;
        VECTOR(struct analysed_impact) impact;
};

/*
 * Reads a document. `path` is for messages, which name the member that is wrong: "PATH:
 * features[3].verdict: …". `ret` is to be cleared by the caller. Returns 0, -EINVAL or -ENOMEM.
 */
int analysis_document_read(const char *path, const json_t *document, struct analysis_document *ret,
        struct error *error);

void analysis_document_clear(struct analysis_document *document);
#define CLEANUP_ANALYSIS_DOCUMENT CLEANUP(analysis_document_clear)

/*
 * SHA-256, in hexadecimal, of what determines the measurement: of this JSON without blanks, keys
 * and the features in "only" sorted,
 *
 *     {"application":NAME, "arch":…, "executable":SHA256, "kind":…, "libc":…,
 *      "schema":"loupe/measurement/1", "settings":{…}, "version":…, "workload":NAME,
 *      "workload_digest":SHA256}
 *
 * in which the settings are those of the tool without "limits", which only tells what enforced
 * them. The version is there as an interpreter runs many programs. Neither the observer nor the
 * machine plays a part, nor how many replicas there were: what they change, if anything, is what
 * was found. Returns 0 or -ENOMEM.
 */
int analysis_document_digest(const struct analysis_document *document, char ret[DIGEST_TEXT_SIZE]);

/* The members that the table of results keeps as one JSON text: replicas, jobs, baseline, runs,
 * times, whether the joint check was made and passed, how impact was measured. Owned by the caller;
 * NULL when out of memory. */
char *analysis_document_summary(const json_t *document);
