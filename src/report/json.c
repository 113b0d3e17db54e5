/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/json.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "report/stream.h"

json_t *json_append(json_t *array, json_t *item)
{
        if (json_array_append_new(array, item) == 0)
                return array;
        json_decref(array);
        return NULL;
}

/* What tells a feature of its kind from others. */
static int set_identity(json_t *object, const struct feature *feature)
{
        char name[FEATURE_NAME_MAX];
        const char *value;

        switch (feature->kind) {
        case FEATURE_SYSCALL:
                return json_object_set_new(object, "number", json_integer(feature->number));
        case FEATURE_SUBFEATURE:
                json_object_set_new(
                        object, "syscall", json_text(feature_name(feature_call(*feature), name)));
                json_object_set_new(
                        object, "selector", json_text(feature_selector(*feature)->name));
                value = strrchr(feature_name(*feature, name), ':') + 1;
                return json_object_set_new(object, "value", json_text(value));
        case FEATURE_FILE:
                return json_object_set_new(object, "path", json_text(feature->path));
        case FEATURE_KIND_COUNT:
                break;
        }
        return -1;
}

json_t *json_feature(const struct feature *feature)
{
        char name[FEATURE_NAME_MAX];
        json_t *object;

        object = json_pack("{s:s, s:o}", "kind", feature_kind_name(feature->kind), "name",
                json_text(feature_name(*feature, name)));
        if (object && set_identity(object, feature) < 0) {
                json_decref(object);
                return NULL;
        }
        return object;
}

json_t *json_tool(json_t *settings)
{
        return json_pack("{s:s, s:s, s:o*}", "name", "loupe", "version", LOUPE_VERSION, "settings",
                settings);
}

int json_write(json_t *document, FILE *stream)
{
        int r;

        if (!document)
                return -ENOMEM;
        r = json_dumpf(document, stream, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
        json_decref(document);
        if (r < 0)
                return stream_result(stream) ? stream_result(stream) : -EIO;
        fputc('\n', stream);
        return stream_result(stream);
}
