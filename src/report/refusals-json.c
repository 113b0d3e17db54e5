/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "arch/arch.h"
#include "policy/policy.h"
#include "report/json.h"
#include "report/refusals.h"

/* The name of an errno, or its number as text where it has none. */
static json_t *errno_json(int errnum)
{
        const char *name = errno_name(errnum);

        return name ? json_string(name) : json_sprintf("%d", errnum);
}

/* What it was answered: {"answer": "stub", "errno": …} or {"answer": "fake", "returned": …}. */
static json_t *answer_json(const struct refusal *refusal)
{
        bool has_value =
                refusal->feature.kind != FEATURE_FILE && refusal->success.kind == SUCCESS_CONSTANT;

        if (refusal->action == ACTION_STUB)
                return json_pack(
                        "{s:s, s:o}", "answer", "stub", "errno", errno_json(refusal->errnum));
        return json_pack("{s:s, s:o}", "answer", "fake", "returned",
                has_value ? json_integer((json_int_t)refusal->success.value) : json_null());
}

static json_t *refusal_json(const struct refusal *refusal, bool works)
{
        json_t *object = json_feature(&refusal->feature);
        /* What a failed run coped with nobody knows. */
        json_t *coped = works ? json_true() : json_null();

        if (object && (json_object_update_new(object, answer_json(refusal)) < 0 ||
                              json_object_update_new(object,
                                      json_pack("{s:I, s:f, s:f, s:o, s:o}", "count",
                                              (json_int_t)refusal->count, "first_s", refusal->first,
                                              "last_s", refusal->last, "object",
                                              json_text(refusal->object), "coped", coped)) < 0)) {
                json_decref(object);
                return NULL;
        }
        return object;
}

static json_t *suspects_json(const struct refusal_report *report)
{
        struct refusal_suspect suspects[REFUSAL_SUSPECTS_MAX];
        size_t count = refusal_suspects(report, suspects);
        json_t *array = json_array();
        char name[FEATURE_NAME_MAX];

        for (size_t i = 0; i < count; i++) {
                const struct refusal *refusal = &report->refusals->items.items[suspects[i].item];

                array = json_append(
                        array, json_pack("{s:s, s:f, s:b, s:b}", "name",
                                       feature_name(refusal->feature, name), "before_end_s",
                                       suspects[i].before_end, "by_ended", suspects[i].by_ended,
                                       "parting", suspects[i].parting));
        }
        return array;
}

int report_refusals_json(const struct refusal_report *report, FILE *stream)
{
        bool works = report->outcome.kind == OUTCOME_PASSED;
        char outcome[OUTCOME_TEXT_MAX];
        const struct refusal *refusal;
        json_t *refusals = json_array();

        vector_for_each(refusal, &report->refusals->items)
                refusals = json_append(refusals, refusal_json(refusal, works));
        return json_write(
                json_pack("{s:s, s:o, s:s, s:o, s:o, s:s, s:b, s:f, s:o, s:I, s:o}", "schema",
                        "loupe/refusals/1", "tool", json_tool(NULL), "arch",
                        abi_info(abi_native())->name, "os", json_text(report->os), "program",
                        json_text(report->program), "outcome",
                        outcome_text(report->outcome, outcome), "works", works, "total_s",
                        report->total, "refusals", refusals, "lost",
                        (json_int_t)report->refusals->lost, "suspects", suspects_json(report)),
                stream);
}
