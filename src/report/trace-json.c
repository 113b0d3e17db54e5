/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/report.h"

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

static json_t *call_json(const struct observed_call *call)
{
        json_t *object = json_feature(&call->feature);

        if (object &&
                json_object_update_new(object,
                        json_pack("{s:I, s:o, s:o}", "count", (json_int_t)call->count, "errors",
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
                calls = json_append(calls, call_json(call));
        return json_write(
                json_pack("{s:s, s:o, s:s, s:o}", "schema", "loupe/trace/1", "tool",
                        json_tool(NULL), "arch", abi_info(abi_native())->name, "calls", calls),
                stream);
}
