/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/plan.h"

#include <string.h>

#include "report/json-stream.h"

static void write_applications(struct json_stream *json, const char *key,
        const struct plan_problem *problem, const uint32_t *places, size_t count)
{
        json_stream_array(json, key, LAYOUT_LINE);
        for (size_t i = 0; i < count; i++)
                json_stream_text(json, NULL, problem->applications[places[i]].name);
        json_stream_end(json);
}

static void write_features(struct json_stream *json, const char *key,
        const struct feature_words *words, const uint32_t *features, size_t count)
{
        const char *word;
        size_t length;

        json_stream_array(json, key, LAYOUT_LINE);
        for (size_t i = 0; i < count; i++) {
                word = feature_word(words, features[i], &length);
                json_stream_raw(json, NULL, word, length);
        }
        json_stream_end(json);
}

static void write_step(struct json_stream *json, const struct plan_problem *problem,
        const struct feature_words *words, const struct plan_step *step)
{
        json_stream_object(json, NULL, LAYOUT_BLOCK);
        write_applications(
                json, "apps", problem, step->applications.items, step->applications.count);
        write_features(json, "implement", words, step->implement.items, step->implement.count);
        write_features(json, "stub", words, step->stub.items, step->stub.count);
        write_features(json, "fake", words, step->fake.items, step->fake.count);
        json_stream_end(json);
}

static void write_millionths(struct json_stream *json, const char *key, unsigned __int128 value)
{
        char buffer[MILLIONTHS_MAX];
        const char *text = report_millionths(value, buffer);

        json_stream_raw(json, key, text, strlen(text));
}

static void write_distance(struct json_stream *json, const struct plan *plan)
{
        double distance = report_plan_distance(plan);
        char text[64] = "null";

        if (distance >= 0)
                snprintf(text, sizeof(text), "%.6f", distance);
        json_stream_raw(json, "distance", text, strlen(text));
}

/* What stands for what; "app" is the only application it holds for. */
static void write_equivalents(struct json_stream *json, const struct plan_problem *problem,
        const struct feature_words *words)
{
        const struct plan_substitute *substitute;
        const char *word;
        size_t length;

        json_stream_array(json, "equivalents", LAYOUT_BLOCK);
        vector_for_each(substitute, &problem->substitutes) {
                json_stream_object(json, NULL, LAYOUT_LINE);
                word = feature_word(words, substitute->call, &length);
                json_stream_raw(json, "call", word, length);
                word = feature_word(words, substitute->by, &length);
                json_stream_raw(json, "by", word, length);
                json_stream_text(json, "app",
                        substitute->application == PLAN_EVERY_APPLICATION
                                ? NULL
                                : problem->applications[substitute->application].name);
                json_stream_text(json, "how", substitute->how);
                json_stream_end(json);
        }
        json_stream_end(json);
}

int report_plan_json(const struct plan_report *report, FILE *stream)
{
        CLEANUP_FEATURE_WORDS struct feature_words *words = NULL;
        const struct plan_problem *problem = report->problem;
        const struct plan *plan = report->plan;
        const struct plan_step *step;
        struct json_stream json;
        int r;

        r = feature_words_new(problem->catalogue, report->spelling, FEATURE_JSON, &words);
        if (r < 0)
                return r;
        json_stream_init(&json, stream);
        json_stream_object(&json, NULL, LAYOUT_BLOCK);
        json_stream_text(&json, "schema", "loupe/plan/1");
        json_stream_text(&json, "os", report->os);
        json_stream_boolean(&json, "partial_missing", report->partial_is_missing);
        json_stream_boolean(&json, "equivalents_allowed", report->equivalents);
        json_stream_text(&json, "strategy", strategy_name(plan->strategy));
        write_applications(&json, "initial", problem, plan->initial.items, plan->initial.count);
        if (report->proven)
                write_applications(
                        &json, "unproven", problem, report->unproven, report->unproven_count);
        json_stream_array(&json, "without_data", LAYOUT_LINE);
        for (size_t i = 0; report->without_data[i]; i++)
                json_stream_text(&json, NULL, report->without_data[i]);
        json_stream_end(&json);
        json_stream_array(&json, "steps", LAYOUT_BLOCK);
        vector_for_each(step, &plan->steps)
                write_step(&json, problem, words, step);
        json_stream_end(&json);
        write_equivalents(&json, problem, words);
        json_stream_integer(&json, "applications", problem->application_count);
        json_stream_integer(&json, "implemented", plan->implemented);
        write_millionths(&json, "objective", plan->objective);
        write_millionths(&json, "bound", plan->bound);
        write_distance(&json, plan);
        json_stream_end(&json);
        return json_stream_finish(&json);
}
