/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A dataset: what one measurement of one application under one workload found. A collection: many
 * of them, with the catalogue that their findings are numbered by.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/vector.h"
#include "dataset/catalogue.h"
#include "dataset/verdict.h"
#include "workload/workload.h"

/* A feature that is used, and its verdict. What is not used has no finding. */
struct finding {
        uint32_t feature; /* its number in the catalogue */
        enum verdict verdict;
};

/* Numbers of features, ascending, none twice. */
struct feature_numbers {
        VECTOR(uint32_t) numbers;
};

struct findings {
        VECTOR(struct finding) items; /* by number ascending, none twice */
};

struct dataset {
        char *application;
        char *workload;          /* its name: "redis-benchmark", "suite" */
        enum workload_kind kind; /* of the workload */
        char *run;     /* tells measurements of the same workload apart: loupedb's folder, or the
                          first digits of `digest` */
        char *version; /* of the application; NULL: unknown */
        char *libc;    /* "glibc 2.36", "musl 1.2.3", "static"; NULL: unknown */
        char *executable_digest; /* SHA-256 in hexadecimal of the executable; NULL: unknown */
        char *digest;            /* the same of what determines the measurement */
        char *origin;            /* where it is from: "analysis", "loupedb" */
        int64_t measured;        /* seconds since the epoch; 0: unknown */
        int64_t id;              /* in the database it is from; 0: none */
        bool partial; /* only some features were looked at (analyze --only): what else is used
                         is not told */
        struct findings findings;
        VECTOR(struct feature_numbers) conflicts; /* minimal sets that cannot all be left out */
};

struct collection {
        struct catalogue *catalogue;
        VECTOR(struct dataset)
        datasets;            /* by application, kind, then oldest first: see
                                dataset_compare() */
        char **applications; /* every application asked for that the database knows, also those
                                without a dataset that fits; by name, ended by NULL */
        bool borrowed;       /* the catalogue belongs to another collection */
};

void findings_clear(struct findings *findings);
#define CLEANUP_FINDINGS CLEANUP(findings_clear)

/*
 * The findings of two at once (verdict_merge()); a feature that only one uses keeps its verdict.
 * `ret` is to be cleared by the caller, and may not be `a` or `b`. Returns 0 or -ENOMEM.
 */
int findings_merge(const struct findings *a, const struct findings *b, struct findings *ret);

/* Adds a finding behind the last, whose number is lower. Returns 0 or -ENOMEM. */
int findings_add(struct findings *findings, unsigned feature, enum verdict verdict);

/* The finding about the feature, or NULL: not used. */
const struct finding *findings_find(const struct findings *findings, unsigned feature);

/*
 * What the finding, one of `count` of the same application, means for who offers features: an
 * untested sub-feature of a call that can be stubbed or faked as a whole goes with its call, and
 * has its verdict. (Analyses leave such untested on purpose.)
 */
enum verdict findings_meaning(const struct catalogue *catalogue, const struct finding *findings,
        size_t count, const struct finding *finding);

/* True where any is about a feature of that kind: analyses are asked for each (--features). */
bool findings_tell(
        const struct catalogue *catalogue, const struct findings *findings, enum feature_kind kind);

/* How many have the verdict. */
size_t findings_count(const struct findings *findings, enum verdict verdict);

void dataset_clear(struct dataset *dataset);

/*
 * Orders by application, kind, time of measurement, workload, run, digest: what comes last among
 * those of one application and kind is the one that counts. Has the signature qsort(3) wants.
 */
int dataset_compare(const void *a, const void *b);

/* An empty one, with an empty list of applications; NULL when out of memory. */
struct collection *collection_new(void);
struct collection *collection_free(struct collection *collection);
DEFINE_CLEANUP(struct collection *, collection_free)
#define CLEANUP_COLLECTION CLEANUP(collection_freep)

/* The key of a kind of workload in results: "health", "bench", "suite". */
const char *dataset_kind_key(enum workload_kind kind);

/*
 * All datasets of each application as one: what their findings mean (findings_meaning()) merged,
 * their conflicts together. One dataset an application, with its name, and the rest of the first.
 * Sorted by application. Owned by the caller, who frees it before the collection, whose catalogue
 * it shares.
 */
int collection_merge_applications(const struct collection *collection, struct collection **ret);

/* The findings of all datasets merged; `ret` is to be cleared by the caller. Returns 0 or -ENOMEM.
 */
int collection_merge(const struct collection *collection, struct findings *ret);

/*
 * The applications of the collection without a dataset of that workload: a kind's key, or a name
 * (see struct selection); NULL: without any. The array is owned by the caller and ended by NULL,
 * its names belong to the collection. Returns 0 or -ENOMEM.
 */
int collection_without_data(
        const struct collection *collection, const char *workload, const char ***ret);

/* True where the dataset is of the kind with that key, or, for any other word, of the workload of
 * that name. */
bool dataset_has_workload(const struct dataset *dataset, const char *word);

/*
 * The same findings by the numbers of another catalogue, to which features are added where they are
 * new there. `ret` is to be cleared by the caller. Returns 0 or -ENOMEM.
 */
int findings_renumber(const struct findings *findings, const struct catalogue *from,
        struct catalogue *to, struct findings *ret);
