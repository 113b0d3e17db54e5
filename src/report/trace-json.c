/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/report.h"

#include <inttypes.h>

#include "arch/arch.h"
#include "policy/policy.h"
#include "report/json.h"

static json_t *errors_json(const struct observed_call *call)
{
        const struct observed_error *error;
        json_t *array = json_array();
        char number[16];
        const char *name;

        vector_for_each(error, &call->errors) {
                name = errno_name(error->errnum);
                if (!name) {
                        snprintf(number, sizeof(number), "%d", error->errnum);
                        name = number;
                }
                array = json_append(array,
                        json_pack("{s:s, s:I}", "errno", name, "count", (json_int_t)error->count));
        }
        return array;
}

static json_t *objects_json(const struct observed_call *call)
{
        const struct observed_object *object;
        json_t *array = json_array();

        vector_for_each(object, &call->objects)
                array = json_append(array, json_pack("{s:o, s:I}", "path", json_text(object->path),
                                                   "count", (json_int_t)object->count));
        return array;
}

static json_t *phases_json(const struct observed_call *call)
{
        return json_pack("{s:I, s:I, s:I}", "before", (json_int_t)call->phases[CALL_BEFORE_MAIN],
                "after", (json_int_t)call->phases[CALL_AFTER_MAIN], "unknown",
                (json_int_t)call->phases[CALL_PHASE_UNKNOWN]);
}

static json_t *program_json(const struct observed_program *program)
{
        char address[24];

        snprintf(address, sizeof(address), "0x%" PRIx64, program->main);
        return json_pack("{s:o, s:s?, s:o?}", "path", json_text(program->path), "main",
                program->found ? address : NULL, "problem",
                program->problem ? json_text(program->problem) : NULL);
}

static json_t *programs_json(const struct observation *observation)
{
        const struct observed_program *program;
        json_t *array = json_array();

        vector_for_each(program, &observation->programs)
                array = json_append(array, program_json(program));
        return array;
}

static json_t *call_json(const struct observed_call *call, bool phased)
{
        json_t *object = json_feature(&call->feature);

        if (object && json_object_update_new(object,
                              json_pack("{s:I, s:o*, s:o, s:o}", "count", (json_int_t)call->count,
                                      "phases", phased ? phases_json(call) : NULL, "errors",
                                      errors_json(call), "objects", objects_json(call))) < 0) {
                json_decref(object);
                return NULL;
        }
        return object;
}

int report_trace_json(const struct observation *observation, FILE *stream)
{
        const struct observed_call *call;
        json_t *calls = json_array();

        vector_for_each(call, &observation->calls)
                calls = json_append(calls, call_json(call, observation->phased));
        return json_write(
                json_pack("{s:s, s:o, s:s, s:o, s:o*}", "schema", "loupe/trace/1", "tool",
                        json_tool(NULL), "arch", abi_info(abi_native())->name, "calls", calls,
                        "programs", observation->phased ? programs_json(observation) : NULL),
                stream);
}
