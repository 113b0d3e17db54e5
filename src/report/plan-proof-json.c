/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/plan-proof.h"

#include "policy/policy.h"
#include "report/json-stream.h"

static void write_features(
        struct json_stream *json, const char *key, const written_features *features)
{
        const struct written_feature *feature;
        char name[FEATURE_NAME_MAX];

        json_stream_array(json, key, LAYOUT_LINE);
        vector_for_each(feature, features)
                json_stream_text(json, NULL, feature_name(feature->feature, name));
        json_stream_end(json);
}

static void write_culprits(struct json_stream *json, const struct culprits *culprits)
{
        const struct refusal *culprit;
        char name[FEATURE_NAME_MAX];

        json_stream_array(json, "culprits", LAYOUT_LINE);
        vector_for_each(culprit, &culprits->items) {
                json_stream_object(json, NULL, LAYOUT_LINE);
                json_stream_text(json, "feature", feature_name(culprit->feature, name));
                json_stream_text(json, "answer",
                        culprit->action == ACTION_FAKE ? "fake" : errno_name(culprit->errnum));
                json_stream_text(json, "object", culprit->object);
                json_stream_end(json);
        }
        json_stream_end(json);
}

static void write_application(struct json_stream *json, const struct plan_proof *proof,
        const struct step_proof *application)
{
        char outcome[OUTCOME_TEXT_MAX];

        json_stream_object(json, NULL, LAYOUT_LINE);
        json_stream_text(json, "app", proof->applications.items[application->application].name);
        json_stream_boolean(json, "works", application->works);
        json_stream_boolean(json, "untested", application->untested);
        json_stream_integer(json, "passed", application->result.passed);
        json_stream_integer(json, "runs", application->result.runs);
        json_stream_text(json, "outcome",
                application->untested ? NULL : outcome_text(application->result.outcome, outcome));
        write_culprits(json, &application->culprits);
        json_stream_end(json);
}

static void write_step(
        struct json_stream *json, const struct plan_proof *proof, const struct proven_step *step)
{
        const struct written_application *promised;
        const struct step_proof *application;
        const char *policy = NULL;

        json_stream_object(json, NULL, LAYOUT_BLOCK);
        json_stream_array(json, "promises", LAYOUT_LINE);
        vector_for_each(promised, &step->step.applications)
                json_stream_text(json, NULL, promised->name);
        json_stream_end(json);
        write_features(json, "implement", &step->step.implement);
        write_features(json, "stub", &step->step.stub);
        write_features(json, "fake", &step->step.fake);
        json_stream_boolean(json, "proven", step->proven);
        vector_for_each(application, &step->applications)
                if (application->policy)
                        policy = application->policy;
        json_stream_text(json, "policy", policy);
        json_stream_array(json, "apps", LAYOUT_BLOCK);
        vector_for_each(application, &step->applications)
                write_application(json, proof, application);
        json_stream_end(json);
        json_stream_end(json);
}

static void write_subject(struct json_stream *json, const struct plan_subject *application)
{
        json_stream_object(json, NULL, LAYOUT_BLOCK);
        json_stream_text(json, "app", application->name);
        json_stream_text(json, "workload", application->workload);
        json_stream_text(json, "source", application->workload_source);
        json_stream_text(json, "workload_digest", application->workload_digest);
        json_stream_text(json, "executable_digest", application->executable_digest);
        json_stream_text(json, "failure", application->failure);
        json_stream_end(json);
}

static void write_lesson(struct json_stream *json, const struct lesson *lesson)
{
        const struct lesson_part *part;
        char name[FEATURE_NAME_MAX];

        json_stream_object(json, NULL, LAYOUT_LINE);
        json_stream_text(json, "app", lesson->application);
        json_stream_array(json, "features", LAYOUT_LINE);
        vector_for_each(part, &lesson->parts) {
                json_stream_object(json, NULL, LAYOUT_LINE);
                json_stream_text(json, "name", feature_name(part->feature, name));
                json_stream_text(json, "mode", part->faked ? "fake" : "stub");
                json_stream_end(json);
        }
        json_stream_end(json);
        json_stream_end(json);
}

int report_plan_proof_json(const struct plan_proof_report *report, FILE *stream)
{
        const struct plan_proof *proof = report->proof;
        const struct plan_subject *application;
        const struct proven_step *step;
        const struct lesson *lesson;
        struct json_stream json;

        json_stream_init(&json, stream);
        json_stream_object(&json, NULL, LAYOUT_BLOCK);
        json_stream_text(&json, "schema", "loupe/plan-proof/1");
        json_stream_text(&json, "os", proof->os);
        json_stream_text(&json, "strategy", proof->strategy);
        json_stream_boolean(&json, "equivalents", proof->equivalents);
        json_stream_boolean(&json, "proven", proof->proven);
        json_stream_integer(&json, "repairs", proof->repairs);
        json_stream_array(&json, "apps", LAYOUT_BLOCK);
        vector_for_each(application, &proof->applications)
                write_subject(&json, application);
        json_stream_end(&json);
        json_stream_array(&json, "steps", LAYOUT_BLOCK);
        vector_for_each(step, &proof->steps)
                write_step(&json, proof, step);
        json_stream_end(&json);
        json_stream_array(&json, "lessons", LAYOUT_BLOCK);
        vector_for_each(lesson, &proof->lessons)
                write_lesson(&json, lesson);
        json_stream_end(&json);
        json_stream_end(&json);
        return json_stream_finish(&json);
}
