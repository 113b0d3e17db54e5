/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/static.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "arch/arch.h"
#include "report/stream.h"

static void write_address(struct json_stream *json, const char *key, uint64_t address)
{
        char text[24];

        snprintf(text, sizeof(text), "0x%" PRIx64, address);
        json_stream_text(json, key, text);
}

static void write_real(struct json_stream *json, const char *key, double number)
{
        char text[32];

        if (isnan(number)) {
                json_stream_raw(json, key, "null", 4);
                return;
        }
        snprintf(text, sizeof(text), "%.3f", number);
        json_stream_raw(json, key, text, strlen(text));
}

static void write_tool(struct json_stream *json)
{
        json_stream_object(json, "tool", LAYOUT_LINE);
        json_stream_text(json, "name", "loupe");
        json_stream_text(json, "version", LOUPE_VERSION);
        json_stream_end(json);
}

/* What tells a feature of its kind from others. */
static void write_feature(struct json_stream *json, const struct feature *feature)
{
        char name[FEATURE_NAME_MAX];

        json_stream_text(json, "name", feature_name(*feature, name));
        switch (feature->kind) {
        case FEATURE_SYSCALL:
                json_stream_integer(json, "number", feature->number);
                if (feature->abi != abi_native())
                        json_stream_text(json, "abi", abi_info(feature->abi)->name);
                break;
        case FEATURE_SUBFEATURE:
                json_stream_text(json, "value", strrchr(name, ':') + 1);
                json_stream_text(json, "selector", feature_selector(*feature)->name);
                json_stream_text(json, "syscall", feature_name(feature_call(*feature), name));
                break;
        case FEATURE_FILE:
                json_stream_text(json, "path", feature->path);
                break;
        case FEATURE_KIND_COUNT:
                break;
        }
}

static void write_via(struct json_stream *json, const struct static_feature *feature)
{
        const struct static_step *step;

        json_stream_array(json, "via", LAYOUT_LINE);
        vector_for_each(step, &feature->via) {
                json_stream_object(json, NULL, LAYOUT_LINE);
                json_stream_text(json, "object", step->object);
                json_stream_text(json, "function", step->function);
                write_address(json, "address", step->address);
                json_stream_text(json, "how", step->how);
                json_stream_end(json);
        }
        json_stream_end(json);
}

static void write_syscalls(struct json_stream *json, const struct static_result *result)
{
        const struct static_feature *feature;

        json_stream_array(json, "syscalls", LAYOUT_BLOCK);
        vector_for_each(feature, &result->features) {
                if (feature->feature.kind != FEATURE_SYSCALL)
                        continue;
                json_stream_object(json, NULL, LAYOUT_LINE);
                write_feature(json, &feature->feature);
                if (feature->vdso)
                        json_stream_boolean(json, "vdso", true);
                write_via(json, feature);
                json_stream_end(json);
        }
        json_stream_end(json);
}

static void write_features(struct json_stream *json, const struct static_result *result)
{
        const struct static_feature *feature;
        const struct feature *call;
        char name[FEATURE_NAME_MAX];

        json_stream_array(json, "features", LAYOUT_BLOCK);
        vector_for_each(feature, &result->features) {
                if (feature->feature.kind == FEATURE_SYSCALL)
                        continue;
                json_stream_object(json, NULL, LAYOUT_LINE);
                json_stream_text(json, "kind", feature_kind_name(feature->feature.kind));
                write_feature(json, &feature->feature);
                write_via(json, feature);
                json_stream_end(json);
        }
        json_stream_end(json);
        json_stream_array(json, "unknown_selectors", LAYOUT_LINE);
        vector_for_each(call, &result->unknown_selectors)
                json_stream_text(json, NULL, feature_name(*call, name));
        json_stream_end(json);
}

static void write_unknown(struct json_stream *json, const char *key,
        const struct static_unknown *unknown, size_t count)
{
        json_stream_array(json, key, LAYOUT_BLOCK);
        for (const struct static_unknown *end = unknown + count; unknown < end; unknown++) {
                json_stream_object(json, NULL, LAYOUT_LINE);
                json_stream_text(json, "object", unknown->object);
                json_stream_text(json, "function", unknown->function);
                write_address(json, "address", unknown->address);
                json_stream_text(json, "what", unknown->what);
                json_stream_end(json);
        }
        json_stream_end(json);
}

static void write_missing(struct json_stream *json, const struct static_result *result)
{
        const struct static_missing *missing;

        json_stream_array(json, "missing", LAYOUT_BLOCK);
        vector_for_each(missing, &result->missing) {
                json_stream_object(json, NULL, LAYOUT_LINE);
                json_stream_text(json, "name", missing->name);
                json_stream_text(json, "reason", load_reason_name(missing->reason));
                json_stream_text(json, "by", missing->by);
                json_stream_text(json, "problem", missing->problem);
                json_stream_end(json);
        }
        json_stream_end(json);
}

static void write_objects(struct json_stream *json, const struct static_result *result)
{
        const struct static_object *object;

        json_stream_array(json, "objects", LAYOUT_BLOCK);
        vector_for_each(object, &result->objects) {
                json_stream_object(json, NULL, LAYOUT_LINE);
                json_stream_text(json, "path", object->path);
                json_stream_text(json, "identity", object->identity);
                json_stream_text(json, "reason", load_reason_name(object->reason));
                json_stream_text(json, "by", object->by);
                json_stream_integer(json, "functions", (int64_t)object->functions);
                json_stream_integer(json, "reached", (int64_t)object->reached);
                json_stream_end(json);
        }
        json_stream_end(json);
}

/* Everything about one program, without the brackets around it. */
static void write_members(struct json_stream *json, const struct static_result *result)
{
        json_stream_text(json, "binary", result->binary);
        if (result->application)
                json_stream_text(json, "application", result->application);
        if (result->workload)
                json_stream_text(json, "workload", result->workload);
        json_stream_text(json, "kind", object_kind_name(result->kind));
        json_stream_boolean(json, "post_init", result->post_init);
        json_stream_boolean(json, "complete", result->complete);
        write_syscalls(json, result);
        if (result->with_features)
                write_features(json, result);
        write_unknown(
                json, "unknown_sites", result->unknown_sites.items, result->unknown_sites.count);
        write_unknown(
                json, "unknown_loads", result->unknown_loads.items, result->unknown_loads.count);
        write_missing(json, result);
        write_objects(json, result);
        json_stream_integer(json, "functions", (int64_t)result->functions);
        json_stream_integer(json, "reached", (int64_t)result->reached);
        write_real(json, "seconds", result->seconds);
}

static void begin_document(struct json_stream *json, FILE *stream)
{
        json_stream_init(json, stream);
        json_stream_object(json, NULL, LAYOUT_BLOCK);
        json_stream_text(json, "schema", "loupe/static/1");
        write_tool(json);
}

int report_static_json(const struct static_result *result, FILE *stream)
{
        struct json_stream json;

        begin_document(&json, stream);
        write_members(&json, result);
        json_stream_end(&json);
        return json_stream_finish(&json);
}

int static_result_unknown_sites(const struct static_result *result, char **ret)
{
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FCLOSE FILE *stream = NULL;
        struct json_stream json;
        size_t length;

        if (result->unknown_sites.count == 0) {
                *ret = NULL;
                return 0;
        }
        stream = open_memstream(&text, &length);
        if (!stream)
                return -ENOMEM;
        json_stream_init(&json, stream);
        write_unknown(&json, NULL, result->unknown_sites.items, result->unknown_sites.count);
        if (json.failed || fflush(stream) != 0)
                return -ENOMEM;
        fclose(steal_pointer(stream));
        *ret = steal_pointer(text);
        return 0;
}

int static_result_line(const struct static_result *result, char **ret, size_t *ret_length)
{
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FCLOSE FILE *stream = NULL;
        struct json_stream json;

        stream = open_memstream(&text, ret_length);
        if (!stream)
                return -ENOMEM;
        json_stream_init(&json, stream);
        json_stream_object(&json, NULL, LAYOUT_LINE);
        write_members(&json, result);
        json_stream_end(&json);
        if (json.failed || fflush(stream) != 0)
                return -ENOMEM;
        fclose(steal_pointer(stream));
        *ret = steal_pointer(text);
        return 0;
}

void report_static_json_begin(struct json_stream *json, FILE *stream)
{
        begin_document(json, stream);
        json_stream_array(json, "results", LAYOUT_BLOCK);
}

void report_static_json_add(struct json_stream *json, const char *line, size_t length)
{
        json_stream_raw(json, NULL, line, length);
}

static void write_figures(struct json_stream *json, const struct static_figures *figures)
{
        json_stream_object(json, "figures", LAYOUT_LINE);
        json_stream_integer(json, "programs", (int64_t)figures->programs);
        json_stream_integer(json, "libraries", (int64_t)figures->libraries);
        json_stream_integer(json, "complete", (int64_t)figures->complete);
        write_real(json, "mean", figures->mean);
        write_real(json, "median", figures->median);
        json_stream_integer(json, "least", (int64_t)figures->least);
        json_stream_integer(json, "most", (int64_t)figures->most);
        json_stream_end(json);
}

int report_static_json_end(struct json_stream *json, const struct static_overview *overview)
{
        const struct static_refusal *refusal;
        struct static_figures figures;
        int r;

        r = static_overview_figures(overview, &figures);
        if (r < 0)
                return r;
        json_stream_end(json);
        json_stream_array(json, "refused", LAYOUT_BLOCK);
        vector_for_each(refusal, &overview->refusals) {
                json_stream_object(json, NULL, LAYOUT_LINE);
                json_stream_text(json, "binary", refusal->binary);
                json_stream_text(json, "problem", refusal->problem);
                json_stream_end(json);
        }
        json_stream_end(json);
        json_stream_integer(json, "skipped", (int64_t)overview->skipped);
        json_stream_integer(json, "repeated", (int64_t)overview->repeated);
        write_figures(json, &figures);
        json_stream_end(json);
        return json_stream_finish(json);
}
