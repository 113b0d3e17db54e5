/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/drift.h"

#include "report/json.h"

static json_t *objects_json(const struct observed_call *asked)
{
        const struct observed_object *object;
        json_t *array;

        if (!asked)
                return json_null();
        array = json_array();
        vector_for_each(object, &asked->objects)
                array = json_append(array, json_pack("{s:o, s:I}", "path", json_text(object->path),
                                                   "count", (json_int_t)object->count));
        return array;
}

/* A word, or null for what is not used. */
static json_t *state_json(bool used, const char *word)
{
        return used ? json_string(word) : json_null();
}

static json_t *item_json(const struct drift_report *report, size_t index)
{
        const struct drift_item *item = &report->drift->items.items[index];
        const struct drift_evidence *evidence = &report->evidence[index];
        const struct analysed_feature *analysed = evidence->analysed;
        struct feature feature = catalogue_feature(report->catalogue, item->feature);
        char name[FEATURE_NAME_MAX];

        return json_pack("{s:o, s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:b, s:i, s:i, s:o, s:o, s:o}",
                "name", json_text(feature_name(feature, name)), "kind",
                feature_kind_name(feature.kind), "change", drift_change_name(item->change), "fails",
                drift_item_fails(item, report->gate), "before",
                state_json(item->used_before, drift_word_before(item)), "now",
                state_json(item->used_now, drift_word_now(item)), "stub",
                analysed ? report_mode_json(&analysed->stub) : json_null(), "fake",
                analysed ? report_mode_json(&analysed->fake) : json_null(), "unstable",
                analysed && feature_is_unstable(analysed), "seen", (int)evidence->seen, "watched",
                (int)evidence->watched, "objects", objects_json(evidence->asked), "output",
                json_text(evidence->output), "command", json_text(evidence->command));
}

static json_t *items_json(const struct drift_report *report)
{
        json_t *array = json_array();

        for (size_t i = 0; i < report->drift->items.count; i++)
                array = json_append(array, item_json(report, i));
        return array;
}

static json_t *before_json(const struct drift_report *report)
{
        const struct reference *before = report->before;

        return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I}", "source",
                json_text(before->source), "application", json_text(before->application), "version",
                json_text(before->version), "executable", json_text(before->executable), "sha256",
                json_text(before->executable_digest), "kernel", json_text(before->kernel), "libc",
                json_text(before->libc), "observer", json_text(before->observer), "tool",
                json_text(before->tool_version), "used", (json_int_t)report->drift->used_before,
                "required", (json_int_t)report->drift->required_before);
}

static json_t *now_json(const struct drift_report *report)
{
        const struct analysis *now = report->now;

        return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:I}", "application",
                json_text(now->application_name), "version", json_text(now->application_version),
                "executable", json_text(now->executable), "sha256",
                json_text(now->executable_digest), "kernel", json_text(now->kernel), "libc",
                json_text(now->libc), "observer", json_text(now->observer), "tool", LOUPE_VERSION,
                "used", (json_int_t)report->drift->used_now);
}

int report_drift_json(const struct drift_report *report, FILE *stream)
{
        const struct analysis *now = report->now;
        json_t *workload = json_pack("{s:o, s:o, s:s, s:b}", "name", json_text(now->workload_name),
                "kind", json_text(now->workload_kind), "digest", now->workload_digest, "same",
                report->before->same_workload);

        return json_write(
                json_pack("{s:s, s:o, s:s, s:b, s:o, s:o, s:o, s:I, s:i, s:i, s:f, s:o}", "schema",
                        "loupe/check/1", "tool", json_tool(NULL), "fail_on",
                        drift_gate_name(report->gate), "drift",
                        drift_failures(report->drift, report->gate) > 0, "workload", workload,
                        "before", before_json(report), "now", now_json(report), "not_tried",
                        (json_int_t)report->drift->not_tried, "runs", (int)now->runs, "runs_reused",
                        (int)now->runs_reused, "wall_s", now->wall, "items", items_json(report)),
                stream);
}
