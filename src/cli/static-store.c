/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/static-store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/strings.h"
#include "dataset/catalogue.h"
#include "store/statics.h"

/* Results that are stored in one transaction. */
#define BATCH 64
/* Seconds after which those that there are will do. */
#define INTERVAL 2

/* One result; features by their numbers in the catalogue. */
struct kept {
        char *application, *workload; /* NULL: not told */
        enum workload_kind kind;
        char *executable;
        char *digest;
        char *unknown_sites; /* JSON; NULL: none */
        bool complete;
        VECTOR(uint32_t) features;
};

struct static_store {
        struct store *store;
        struct catalogue *catalogue;
        int64_t measured;
        VECTOR(struct kept) items; /* not stored yet, fewer than BATCH */
        double committed;          /* when, in seconds of clock_seconds() */
        struct static_store_report report;
};

struct static_store *static_store_new(struct store *store)
{
        CLEANUP_STATIC_STORE struct static_store *results = calloc(1, sizeof(*results));

        if (!results)
                return NULL;
        results->store = store;
        results->measured = time(NULL);
        results->committed = clock_seconds();
        results->catalogue = catalogue_new();
        return results->catalogue ? steal_pointer(results) : NULL;
}

static void clear_kept(struct kept *kept)
{
        free(kept->application);
        free(kept->workload);
        free(kept->executable);
        free(kept->digest);
        free(kept->unknown_sites);
        vector_clear(&kept->features);
}

static void clear_all_kept(struct static_store *results)
{
        struct kept *kept;

        vector_for_each(kept, &results->items)
                clear_kept(kept);
        vector_clear(&results->items);
}

struct static_store *static_store_free(struct static_store *results)
{
        if (!results)
                return NULL;
        clear_all_kept(results);
        catalogue_free(results->catalogue);
        free(results);
        return NULL;
}

static int keep_features(
        struct static_store *results, const struct static_result *result, struct kept *kept)
{
        const struct static_feature *feature;

        vector_for_each(feature, &result->features) {
                int number = catalogue_add(results->catalogue, &feature->feature);
                uint32_t *added = number < 0 ? NULL : vector_add(&kept->features);

                if (!added)
                        return -ENOMEM;
                *added = number;
        }
        return 0;
}

/* The path by which other results know the file: without links. */
static int keep_path(const char *file, struct kept *kept)
{
        kept->executable = realpath(file, NULL);
        return kept->executable ? 0 : string_copy(file, &kept->executable);
}

static int keep(struct static_store *results, const struct static_outcome *outcome)
{
        const struct static_target *target = outcome->target;
        struct kept *kept;

        kept = vector_add(&results->items);
        if (!kept || string_copy(target->application, &kept->application) < 0 ||
                string_copy(target->workload, &kept->workload) < 0 ||
                string_copy(outcome->digest, &kept->digest) < 0 ||
                keep_path(target->file, kept) < 0 ||
                static_result_unknown_sites(outcome->result, &kept->unknown_sites) < 0)
                return -ENOMEM;
        kept->kind = target->kind;
        kept->complete = outcome->result->complete;
        return keep_features(results, outcome->result, kept);
}

/* The features of a batch, each result's behind those of the one before. */
struct features {
        VECTOR(struct feature) items;
};

static void features_clear(struct features *features)
{
        vector_clear(&features->items);
}

static int add_features(
        const struct static_store *results, const struct kept *kept, struct features *features)
{
        const uint32_t *number;

        vector_for_each(number, &kept->features) {
                struct feature *feature = vector_add(&features->items);

                if (!feature)
                        return -ENOMEM;
                *feature = catalogue_feature(results->catalogue, *number);
        }
        return 0;
}

static struct static_record record_of(const struct static_store *results, const struct kept *kept)
{
        return (struct static_record){
                .application = kept->application,
                .workload = kept->workload,
                .kind = kept->kind,
                .method = STATIC_BINARY,
                .measured = results->measured,
                .executable = kept->executable,
                .executable_digest = kept->digest,
                .complete = kept->complete,
                .unknown_sites = kept->unknown_sites,
                .feature_count = kept->features.count,
        };
}

/* Stores what is kept. */
static int commit_batch(struct static_store *results, struct error *error)
{
        struct static_store_report *report = &results->report;
        const struct kept *kept = results->items.items;
        const size_t count = results->items.count;
        CLEANUP(features_clear) struct features features = {};
        struct static_record records[BATCH] = {};
        enum stored stored[BATCH] = {};
        size_t first = 0;
        int r;

        for (size_t i = 0; i < count; i++)
                if (add_features(results, &kept[i], &features) < 0)
                        return error_errno(error, ENOMEM, "storing the results");
        for (size_t i = 0; i < count; i++) {
                records[i] = record_of(results, &kept[i]);
                records[i].features = features.items.items + first;
                first += records[i].feature_count;
        }
        r = store_add_statics(results->store, records, count, stored, error);
        if (r < 0)
                return r;
        for (size_t i = 0; i < count; i++) {
                report->stored++;
                report->new += stored[i] != STORED_ALREADY;
                report->different += stored[i] == STORED_DIFFERENT;
        }
        clear_all_kept(results);
        results->committed = clock_seconds();
        return 0;
}

int static_store_keep(
        struct static_store *results, const struct static_outcome *outcome, struct error *error)
{
        /* A library is no application. */
        if (!outcome->result || !outcome->digest || outcome->result->kind == OBJECT_SHARED)
                return 0;
        if (keep(results, outcome) < 0)
                return error_errno(error, ENOMEM, "%s", outcome->target->name);
        if (results->items.count < BATCH && clock_seconds() - results->committed < INTERVAL)
                return 0;
        return commit_batch(results, error);
}

int static_store_commit(
        struct static_store *results, struct static_store_report *ret, struct error *error)
{
        int r = results->items.count > 0 ? commit_batch(results, error) : 0;

        if (r == 0)
                *ret = results->report;
        return r;
}
