/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/proof.h"

#include "report/json-stream.h"

static void write_features(
        struct json_stream *json, const char *key, const struct features *features)
{
        const struct feature *feature;
        char name[FEATURE_NAME_MAX];

        json_stream_array(json, key, LAYOUT_LINE);
        vector_for_each(feature, &features->items)
                json_stream_text(json, NULL, feature_name(*feature, name));
        json_stream_end(json);
}

static void write_result(struct json_stream *json, const char *key,
        const struct mode_result *result, const char *policy)
{
        char outcome[OUTCOME_TEXT_MAX];

        if (result->runs == 0) {
                json_stream_text(json, key, NULL);
                return;
        }
        json_stream_object(json, key, LAYOUT_BLOCK);
        json_stream_boolean(json, "works", result->works);
        json_stream_boolean(json, "unstable", result->unstable);
        json_stream_integer(json, "passed", result->passed);
        json_stream_integer(json, "runs", result->runs);
        json_stream_text(json, "outcome", outcome_text(result->outcome, outcome));
        json_stream_text(json, "policy", policy);
        json_stream_end(json);
}

/* How often it asked in vain for what, how that was answered, and who asked. */
static void write_refusal(struct json_stream *json, const struct refusal *refusal)
{
        char name[FEATURE_NAME_MAX], number[16];
        const char *answer = refusal->action == ACTION_FAKE ? "fake" : errno_name(refusal->errnum);

        if (!answer) {
                snprintf(number, sizeof(number), "%d", refusal->errnum);
                answer = number;
        }

        json_stream_object(json, NULL, LAYOUT_LINE);
        json_stream_text(json, "feature", feature_name(refusal->feature, name));
        json_stream_text(json, "answer", answer);
        json_stream_integer(json, "count", (int64_t)refusal->count);
        json_stream_text(json, "object", refusal->object);
        json_stream_end(json);
}

static void write_refusals(
        struct json_stream *json, const char *key, const struct refusal *refusals, size_t count)
{
        json_stream_array(json, key, LAYOUT_BLOCK);
        for (size_t i = 0; i < count; i++)
                write_refusal(json, &refusals[i]);
        json_stream_end(json);
}

static void write_foretelling(struct json_stream *json, const struct foretelling *foretold)
{
        const struct features *conflict;

        json_stream_object(json, "verdicts", LAYOUT_BLOCK);
        json_stream_boolean(json, "same_workload", foretold->same_workload);
        json_stream_boolean(json, "same_build", foretold->same_build);
        write_features(json, "missing", &foretold->missing);
        json_stream_array(json, "conflicts", LAYOUT_LINE);
        vector_for_each(conflict, &foretold->conflicts)
                write_features(json, NULL, conflict);
        json_stream_end(json);
        write_features(json, "stub", &foretold->stubs);
        write_features(json, "fake", &foretold->fakes);
        json_stream_end(json);
}

static void write_disagreement(struct json_stream *json, const struct application_proof *proof)
{
        if (!proof_disagrees(proof)) {
                json_stream_text(json, "disagreement", NULL);
                return;
        }
        json_stream_object(json, "disagreement", LAYOUT_BLOCK);
        json_stream_text(json, "kind", disagreement_name(proof->disagreement));
        json_stream_text(json, "text", disagreement_text(proof->disagreement));
        write_features(json, "evidence", &proof->evidence);
        json_stream_end(json);
}

static void write_application(struct json_stream *json, const struct application_proof *proof)
{
        json_stream_object(json, NULL, LAYOUT_BLOCK);
        json_stream_text(json, "app", proof->application);
        json_stream_text(json, "workload", proof->workload);
        json_stream_text(json, "source", proof->workload_source);
        json_stream_text(json, "workload_digest", proof->workload_digest);
        json_stream_text(json, "executable_digest", proof->executable_digest);
        json_stream_text(json, "foretold", fate_name(proof->foretold.fate));
        json_stream_text(json, "seen", fate_name(proof->seen));
        json_stream_text(json, "failure", proof->failure);
        if (proof->foretold.fate == FATE_UNKNOWN)
                json_stream_text(json, "verdicts", NULL);
        else
                write_foretelling(json, &proof->foretold);
        write_result(json, "bare", &proof->bare, proof->bare_policy);
        write_result(json, "helped", &proof->helped, proof->helped_policy);
        write_refusals(json, "refused", proof->refusals.items.items, proof->refusals.items.count);
        json_stream_integer(json, "refused_lost", (int64_t)proof->refusals.lost);
        write_refusals(json, "culprits", proof->culprits.items.items, proof->culprits.items.count);
        json_stream_boolean(json, "culprits_confirmed", proof->culprits.confirmed);
        write_disagreement(json, proof);
        json_stream_end(json);
}

int report_proof_json(const struct proof_report *report, FILE *stream)
{
        const struct os_proof *proof = report->proof;
        const struct proof_summary summary = report_proof_summary(proof);
        const struct application_proof *application;
        struct json_stream json;

        json_stream_init(&json, stream);
        json_stream_object(&json, NULL, LAYOUT_BLOCK);
        json_stream_text(&json, "schema", "loupe/proof/1");
        json_stream_text(&json, "os", proof->os);
        json_stream_boolean(&json, "equivalents", proof->equivalents);
        json_stream_boolean(&json, "partial_missing", proof->partial_is_missing);
        json_stream_array(&json, "apps", LAYOUT_BLOCK);
        vector_for_each(application, &proof->applications)
                write_application(&json, application);
        json_stream_end(&json);
        json_stream_integer(&json, "agree", (int64_t)summary.agree);
        json_stream_integer(&json, "disagree", (int64_t)summary.disagree);
        json_stream_integer(&json, "open", (int64_t)summary.open);
        json_stream_end(&json);
        return json_stream_finish(&json);
}
