/* SPDX-License-Identifier: BSD-3-Clause */

/* Analyses into the database: the document's findings, and the runs that they come from. */

#include <errno.h>
#include <string.h>

#include "store/analysis-document.h"
#include "store/result-row.h"

#define RUN_DIGITS 12 /* of the digest, which name a result of ours */

#define DUMP_FLAGS (JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(6))

static int out_of_memory(struct store *store, struct error *error)
{
        return error_errno(error, ENOMEM, "%s", store_name(store));
}

/* The modes' outcomes, as the document has them. */
static char *evidence_of(const struct analysed_verdict *verdict)
{
        static const char *const members[] = {"stub", "fake", "deny", "unstable"};
        json_t *evidence = json_object(), *value;
        char *text;

        for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
                value = json_object_get(verdict->object, members[i]);
                if (value)
                        json_object_set(evidence, members[i], value);
        }
        text = json_dumps(evidence, DUMP_FLAGS);
        json_decref(evidence);
        return text;
}

static int find_verdicts(struct store *store, const struct analysis_document *document,
        struct found *found, struct error *error)
{
        const struct analysed_verdict *analysed;
        struct found_verdict *verdict;
        int r;

        vector_for_each(analysed, &document->verdicts) {
                verdict = vector_add(&found->verdicts);
                if (!verdict)
                        return out_of_memory(store, error);
                verdict->verdict = analysed->verdict;
                verdict->count = analysed->count;
                verdict->evidence = evidence_of(analysed);
                if (!verdict->evidence)
                        return out_of_memory(store, error);
                r = store_feature(store, &analysed->feature, &verdict->feature, error);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int find_joint(struct store *store, const struct analysis_document *document,
        struct found *found, struct error *error)
{
        const struct analysed_joint *analysed;
        struct found_joint *joint;
        int r;

        vector_for_each(analysed, &document->joint) {
                joint = vector_add(&found->joint);
                if (!joint)
                        return out_of_memory(store, error);
                joint->mode = analysed->mode;
                r = store_feature(store, &analysed->feature, &joint->feature, error);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int find_conflict(struct store *store, const struct analysed_conflict *analysed,
        struct found *found, struct error *error)
{
        struct found_conflict *conflict = vector_add(&found->conflicts);
        const struct feature *feature;
        struct known_feature *known;
        int r;

        if (!conflict)
                return out_of_memory(store, error);
        vector_for_each(feature, &analysed->features) {
                known = vector_add(&conflict->features);
                if (!known)
                        return out_of_memory(store, error);
                r = store_feature(store, feature, known, error);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int find_all(struct store *store, const struct analysis_document *document,
        struct found *found, struct error *error)
{
        const struct analysed_conflict *conflict;
        int r;

        r = find_verdicts(store, document, found, error);
        if (r == 0)
                r = find_joint(store, document, found, error);
        vector_for_each(conflict, &document->conflicts)
                if (r == 0)
                        r = find_conflict(store, conflict, found, error);
        return r;
}

static int add_impact(
        struct store *store, int64_t id, const struct analysed_impact *impact, struct error *error)
{
        CLEANUP_FREE char *effects = json_dumps(impact->object, DUMP_FLAGS);
        struct known_feature feature;
        sqlite3_stmt *insert;
        int r;

        if (!effects)
                return out_of_memory(store, error);
        r = store_feature(store, &impact->feature, &feature, error);
        if (r < 0)
                return r;
        insert = store_statement(store,
                "INSERT INTO impact (result_id, feature_id, mode, effects) VALUES (:result, "
                ":feature, :mode, :effects)",
                error);
        if (!insert)
                return -EIO;
        bind_integer(insert, ":result", id);
        bind_integer(insert, ":feature", feature.id);
        bind_text(insert, ":mode", impact->mode);
        bind_text(insert, ":effects", effects);
        return store_execute(store, insert, error);
}

/* A record of the journal, in which what was observed would be most of it. */
static char *record_text(const json_t *record)
{
        json_t *copy = json_copy((json_t *)record);
        char *text;

        json_object_del(copy, "calls");
        text = json_dumps(copy, DUMP_FLAGS);
        json_decref(copy);
        return text;
}

static int add_run(
        struct store *store, int64_t id, size_t ordinal, const json_t *record, struct error *error)
{
        CLEANUP_FREE char *text = record_text(record);
        const char *key, *policy, *outcome;
        sqlite3_stmt *insert;

        if (json_unpack((json_t *)record, "{s:s, s:s, s:s}", "key", &key, "policy", &policy,
                    "outcome", &outcome) < 0)
                return error_set(error, EINVAL, "run %zu is no record of a journal", ordinal);
        if (!text)
                return out_of_memory(store, error);
        insert = store_statement(store,
                "INSERT INTO run (result_id, ordinal, key, policy, outcome, record) VALUES "
                "(:result, :ordinal, :key, :policy, :outcome, :record)",
                error);
        if (!insert)
                return -EIO;
        bind_integer(insert, ":result", id);
        bind_integer(insert, ":ordinal", (int64_t)ordinal);
        bind_text(insert, ":key", key);
        bind_text(insert, ":policy", policy);
        bind_text(insert, ":outcome", outcome);
        bind_text(insert, ":record", text);
        return store_execute(store, insert, error);
}

static int add_details(struct store *store, int64_t id, const struct analysis_document *document,
        const json_t *records, struct error *error)
{
        const struct analysed_impact *impact;
        const json_t *record;
        size_t index;
        int r = 0;

        vector_for_each(impact, &document->impact)
                if (r == 0)
                        r = add_impact(store, id, impact, error);
        json_array_foreach(records, index, record) if (r == 0) r =
                add_run(store, id, index, record, error);
        return r;
}

/* The row of a document; its texts are the caller's to free. */
struct row_texts {
        char digest[DIGEST_TEXT_SIZE];
        char run[RUN_DIGITS + 1];
        char *settings;
        char *summary;
};

static void row_texts_clear(struct row_texts *texts)
{
        free(texts->settings);
        free(texts->summary);
}

static int row_texts_make(
        const struct analysis_document *document, const json_t *json, struct row_texts *texts)
{
        texts->settings = json_dumps(document->settings, DUMP_FLAGS);
        texts->summary = analysis_document_summary(json);
        if (!texts->settings || !texts->summary ||
                analysis_document_digest(document, texts->digest) < 0)
                return -ENOMEM;
        memcpy(texts->run, texts->digest, RUN_DIGITS);
        return 0;
}

static int add_document(struct store *store, const struct analysis_document *document,
        const struct row_texts *texts, const json_t *records, int64_t measured, struct error *error)
{
        CLEANUP_FOUND struct found found = {};
        const struct result_row row = {
                .application = document->application,
                .workload = document->workload,
                .kind = document->kind,
                .digest = texts->digest,
                .origin = "analysis",
                .run = texts->run,
                .measured = measured,
                .version = document->version,
                .executable = document->executable,
                .executable_digest = document->executable_digest,
                .kernel = document->kernel,
                .arch = document->arch,
                .libc = document->libc,
                .observer = document->observer,
                .cpus = document->cpus,
                .tool_version = document->tool_version,
                .settings = texts->settings,
                .summary = texts->summary,
                .found = &found,
        };
        bool written = false;
        int64_t id = 0;
        int r, stored;

        r = find_all(store, document, &found, error);
        if (r < 0)
                return r;
        stored = result_row_store(store, &row, &id, &written, error);
        if (stored < 0 || !written)
                return stored;
        r = add_details(store, id, document, records, error);
        return r < 0 ? r : stored;
}

int store_add_analysis(struct store *store, const char *path, const json_t *document,
        const json_t *records, int64_t measured, struct error *error)
{
        CLEANUP_ANALYSIS_DOCUMENT struct analysis_document read = {};
        CLEANUP(row_texts_clear) struct row_texts texts = {};
        int r;

        r = analysis_document_read(path, document, &read, error);
        if (r < 0)
                return r;
        if (row_texts_make(&read, document, &texts) < 0)
                return out_of_memory(store, error);
        r = store_begin(store, error);
        if (r < 0)
                return r;
        return store_end(
                store, add_document(store, &read, &texts, records, measured, error), error);
}
