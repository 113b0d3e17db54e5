/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/static-document.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/strings.h"

/* Where one is, for messages: "results[3].syscalls[17].name". */
#define PLACE_SIZE 96

struct reader {
        const char *path;
        char result[PLACE_SIZE / 2]; /* "results[3].", or "" */
        struct error *error;
};

static void result_clear(struct static_document_result *result)
{
        vector_clear(&result->features);
        vector_clear(&result->open);
}

void static_document_clear(struct static_document *document)
{
        struct static_document_result *result;

        vector_for_each(result, &document->results)
                result_clear(result);
        vector_clear(&document->results);
}

/* What is wrong may quote the document. */
static int refuse(const struct reader *reader, const char *member, const char *problem)
{
        const int r = error_set(reader->error, EINVAL, "%s: %s%s: %s", reader->path, reader->result,
                member, problem);

        if (reader->error)
                string_make_printable(reader->error->message);
        return r;
}

static int out_of_memory(const struct reader *reader)
{
        return error_errno(reader->error, ENOMEM, "%s", reader->path);
}

/* A text that is neither empty nor cut short by a NUL. */
static int take_text(
        const struct reader *reader, const char *member, const json_t *value, const char **ret)
{
        if (!json_is_string(value))
                return refuse(reader, member, value ? "should be a string" : "is missing");
        if (json_string_length(value) == 0)
                return refuse(reader, member, "is empty");
        if (strlen(json_string_value(value)) != json_string_length(value))
                return refuse(reader, member, "holds a NUL");
        *ret = json_string_value(value);
        return 0;
}

static int take_feature(
        const struct reader *reader, const char *member, const json_t *value, struct feature *ret)
{
        struct error problem = {};
        const char *name;
        int r = take_text(reader, member, value, &name);

        if (r < 0)
                return r;
        if (feature_parse(name, ret, &problem) < 0)
                return refuse(reader, member, problem.message);
        return 0;
}

/* The features of an array of objects with a name, all of that kind or, as wanted, of another. */
static int read_features(const struct reader *reader, const json_t *array, const char *member,
        bool calls, struct static_document_result *ret)
{
        char place[PLACE_SIZE];
        struct feature *feature;
        const json_t *object;
        size_t index;
        int r;

        if (!json_is_array(array))
                return refuse(reader, member, array ? "should be an array" : "is missing");
        json_array_foreach(array, index, object)
        {
                snprintf(place, sizeof(place), "%s[%zu].name", member, index);
                feature = vector_add(&ret->features);
                if (!feature)
                        return out_of_memory(reader);
                r = take_feature(reader, place, json_object_get(object, "name"), feature);
                if (r < 0)
                        return r;
                if ((feature->kind == FEATURE_SYSCALL) != calls)
                        return refuse(reader, place,
                                calls ? "is no system call" : "is a system call as a whole");
        }
        return 0;
}

static int read_open(
        const struct reader *reader, const json_t *array, struct static_document_result *ret)
{
        char place[PLACE_SIZE];
        struct feature *call;
        const json_t *item;
        size_t index;
        int r;

        if (!json_is_array(array))
                return refuse(
                        reader, "unknown_selectors", array ? "should be an array" : "is missing");
        json_array_foreach(array, index, item)
        {
                snprintf(place, sizeof(place), "unknown_selectors[%zu]", index);
                call = vector_add(&ret->open);
                if (!call)
                        return out_of_memory(reader);
                r = take_feature(reader, place, item, call);
                if (r < 0)
                        return r;
                if (call->kind != FEATURE_SYSCALL)
                        return refuse(reader, place, "is no system call");
        }
        return 0;
}

/* A sub-feature without its call would be one of nothing. */
static int check_calls(const struct reader *reader, const struct static_document_result *result)
{
        const struct feature *feature;
        char name[FEATURE_NAME_MAX];
        char problem[FEATURE_NAME_MAX + 64];

        vector_for_each(feature, &result->features) {
                struct feature call;

                if (feature->kind != FEATURE_SUBFEATURE)
                        continue;
                call = feature_call(*feature);
                if (bsearch(&call, result->features.items, result->features.count, sizeof(call),
                            feature_compare))
                        continue;
                snprintf(problem, sizeof(problem), "has %s, whose call is not among the syscalls",
                        feature_name(*feature, name));
                return refuse(reader, "features", problem);
        }
        return 0;
}

/* Puts them in order; one that is named twice is there once. */
static void sort_features(struct static_document_result *result)
{
        struct feature *features = result->features.items;
        size_t count = 0;

        if (result->features.count == 0)
                return;
        qsort(features, result->features.count, sizeof(*features), feature_compare);
        for (size_t i = 1; i < result->features.count; i++)
                if (!feature_equal(features[count], features[i]))
                        features[++count] = features[i];
        result->features.count = count + 1;
}

static int read_result(
        const struct reader *reader, const json_t *object, struct static_document_result *ret)
{
        const json_t *application = json_object_get(object, "application");
        const json_t *complete = json_object_get(object, "complete");
        int r;

        if (!json_is_object(object))
                return refuse(reader, "a result", "should be an object");
        r = take_text(reader, "binary", json_object_get(object, "binary"), &ret->name);
        if (r == 0 && application)
                r = take_text(reader, "application", application, &ret->name);
        if (r == 0 && !json_is_boolean(complete))
                r = refuse(reader, "complete", "should be true or false");
        ret->complete = json_is_true(complete);
        if (r == 0)
                r = read_features(
                        reader, json_object_get(object, "syscalls"), "syscalls", true, ret);
        ret->with_features = json_object_get(object, "features");
        if (r == 0 && ret->with_features)
                r = read_features(
                        reader, json_object_get(object, "features"), "features", false, ret);
        if (r == 0 && ret->with_features)
                r = read_open(reader, json_object_get(object, "unknown_selectors"), ret);
        if (r < 0)
                return r;
        sort_features(ret);
        return check_calls(reader, ret);
}

static int add_result(
        const struct reader *reader, const json_t *object, struct static_document *ret)
{
        struct static_document_result *result = vector_add(&ret->results);

        return result ? read_result(reader, object, result) : out_of_memory(reader);
}

int static_document_read(
        const char *path, const json_t *document, struct static_document *ret, struct error *error)
{
        struct reader reader = {.path = path, .error = error};
        const json_t *results = json_object_get(document, "results"), *object;
        const json_t *schema = json_object_get(document, "schema");
        size_t index;
        int r;

        if (!string_equal(json_string_value(schema), "loupe/static/1"))
                return refuse(&reader, "schema", "should be \"loupe/static/1\"");
        if (!results)
                return add_result(&reader, document, ret);
        if (!json_is_array(results))
                return refuse(&reader, "results", "should be an array");
        json_array_foreach(results, index, object)
        {
                snprintf(reader.result, sizeof(reader.result), "results[%zu].", index);
                r = add_result(&reader, object, ret);
                if (r < 0)
                        return r;
        }
        reader.result[0] = '\0';
        return ret->results.count > 0 ? 0 : refuse(&reader, "results", "is empty");
}
