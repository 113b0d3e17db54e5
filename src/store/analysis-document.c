/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/analysis-document.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/strings.h"
#include "workload/excerpt.h"
#include "workload/workload.h"

#define SCHEMA "loupe/analysis/1"

#define DUMP_FLAGS (JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(6))

/* Where in which document one is: "features[3]". */
struct place {
        const char *path;
        char member[64];
        struct error *error;
};

void analysis_document_clear(struct analysis_document *document)
{
        struct analysed_conflict *conflict;

        vector_clear(&document->verdicts);
        vector_clear(&document->joint);
        vector_for_each(conflict, &document->conflicts)
                vector_clear(&conflict->features);
        vector_clear(&document->conflicts);
        vector_clear(&document->impact);
}

/* "PATH: PLACE.MEMBER: …"; `member` may be "". */
static int refuse(const struct place *place, const char *member, const char *problem)
{
        return error_set(place->error, EINVAL, "%s: %s%s%s: %s", place->path, place->member,
                place->member[0] && member[0] ? "." : "", member, problem);
}

static int out_of_memory(const struct place *place)
{
        return error_errno(place->error, ENOMEM, "%s", place->path);
}

static const char *type_words(json_type type)
{
        switch (type) {
        case JSON_OBJECT:
                return "should be an object";
        case JSON_ARRAY:
                return "should be an array";
        case JSON_STRING:
                return "should be a string";
        case JSON_INTEGER:
                return "should be a whole number";
        case JSON_TRUE:
        case JSON_FALSE:
                return "should be true or false";
        default:
                return "should be a number";
        }
}

/* A member of that type; JSON_TRUE stands for both truths, JSON_REAL for any number. */
static int take(const struct place *place, const json_t *object, const char *member, json_type type,
        json_t **ret)
{
        json_t *value = json_object_get(object, member);
        bool fits;

        if (!value)
                return refuse(place, member, "is missing");
        if (type == JSON_TRUE)
                fits = json_is_boolean(value);
        else if (type == JSON_REAL)
                fits = json_is_number(value);
        else
                fits = json_typeof(value) == type;
        if (!fits)
                return refuse(place, member, type_words(type));
        if (ret)
                *ret = value;
        return 0;
}

/* A text that is not empty. Strings of jansson that hold a NUL are never read: they are cut. */
static int take_text(
        const struct place *place, const json_t *object, const char *member, const char **ret)
{
        json_t *value = NULL;
        int r = take(place, object, member, JSON_STRING, &value);

        if (r < 0)
                return r;
        if (json_string_length(value) == 0)
                return refuse(place, member, "is empty");
        if (strlen(json_string_value(value)) != json_string_length(value))
                return refuse(place, member, "holds a NUL");
        *ret = json_string_value(value);
        return 0;
}

/* The same where null stands for what is not known. */
static int take_text_or_null(
        const struct place *place, const json_t *object, const char *member, const char **ret)
{
        *ret = NULL;
        if (json_is_null(json_object_get(object, member)))
                return 0;
        return take_text(place, object, member, ret);
}

static int take_count(const struct place *place, const json_t *object, const char *member,
        int64_t lowest, int64_t *ret)
{
        json_t *value = NULL;
        int r = take(place, object, member, JSON_INTEGER, &value);

        if (r < 0)
                return r;
        if (json_integer_value(value) < lowest)
                return refuse(place, member, lowest ? "should be above 0" : "is below 0");
        if (ret)
                *ret = json_integer_value(value);
        return 0;
}

static int take_digest(
        const struct place *place, const json_t *object, const char *member, const char **ret)
{
        int r = take_text_or_null(place, object, member, ret);

        if (r == 0 && *ret &&
                (strlen(*ret) != DIGEST_TEXT_SIZE - 1 ||
                        strspn(*ret, "0123456789abcdef") != DIGEST_TEXT_SIZE - 1))
                return refuse(place, member, "should be a SHA-256 in hexadecimal");
        return r;
}

/* The words are an enumeration's; `*ret` is the one that is there. */
static int take_word(const struct place *place, const json_t *object, const char *member,
        const char *const *words, const char **ret)
{
        CLEANUP_FREE char *list = NULL;
        CLEANUP_FREE char *problem = NULL;
        char shown[EXCERPT_SIZE];
        int r = take_text(place, object, member, ret);

        if (r < 0)
                return r;
        for (const char *const *word = words; *word; word++)
                if (strcmp(*word, *ret) == 0)
                        return 0;
        list = strings_join((char *const *)words, ", ");
        if (list)
                problem = string_format("'%s' is none of %s", excerpt(*ret, shown), list);
        return problem ? refuse(place, member, problem) : out_of_memory(place);
}

static int read_application(
        struct place *place, const json_t *document, struct analysis_document *ret)
{
        json_t *object = NULL;
        int r = take(place, document, "application", JSON_OBJECT, &object);

        if (r < 0)
                return r;
        strcpy(place->member, "application");
        r = take_text(place, object, "name", &ret->application);
        if (r == 0)
                r = take_text_or_null(place, object, "version", &ret->version);
        if (r == 0)
                r = take_text_or_null(place, object, "executable", &ret->executable);
        if (r == 0)
                r = take_digest(place, object, "sha256", &ret->executable_digest);
        place->member[0] = '\0';
        return r;
}

/* What results of earlier versions do not have. */
static int take_conditions(const struct place *place, const json_t *object, const char **ret)
{
        return json_object_get(object, "conditions") ? take_digest(place, object, "conditions", ret)
                                                     : 0;
}

static int read_workload(struct place *place, const json_t *document, struct analysis_document *ret)
{
        static const char *const kinds[] = {"health", "benchmark", "suite", NULL};
        json_t *object = NULL;
        int r = take(place, document, "workload", JSON_OBJECT, &object);

        if (r < 0)
                return r;
        strcpy(place->member, "workload");
        r = take_text(place, object, "name", &ret->workload);
        if (r == 0)
                r = take_word(place, object, "kind", kinds, &ret->kind);
        if (r == 0)
                r = take_digest(place, object, "digest", &ret->workload_digest);
        if (r == 0 && !ret->workload_digest)
                r = refuse(place, "digest", "is not known");
        if (r == 0)
                r = take_conditions(place, object, &ret->workload_conditions);
        place->member[0] = '\0';
        return r;
}

static int read_environment(
        struct place *place, const json_t *document, struct analysis_document *ret)
{
        json_t *object = NULL;
        int r = take(place, document, "environment", JSON_OBJECT, &object);

        if (r < 0)
                return r;
        strcpy(place->member, "environment");
        r = take_text(place, object, "kernel", &ret->kernel);
        if (r == 0)
                r = take_text(place, object, "arch", &ret->arch);
        if (r == 0)
                r = take_text_or_null(place, object, "libc", &ret->libc);
        if (r == 0)
                r = take_text(place, object, "observer", &ret->observer);
        if (r == 0)
                r = take_count(place, object, "cpus", 1, &ret->cpus);
        place->member[0] = '\0';
        return r;
}

static int read_tool(struct place *place, const json_t *document, struct analysis_document *ret)
{
        json_t *object = NULL;
        int r = take(place, document, "tool", JSON_OBJECT, &object);

        if (r < 0)
                return r;
        strcpy(place->member, "tool");
        r = take_text(place, object, "version", &ret->tool_version);
        if (r == 0)
                r = take(place, object, "settings", JSON_OBJECT, &ret->settings);
        place->member[0] = '\0';
        return r;
}

/* Names are those of the ABI that was measured; here they may need its name in front. */
static int parse_name(const char *arch, const char *name, struct feature *ret, struct error *error)
{
        CLEANUP_FREE char *prefixed = NULL;

        if (strcmp(arch, abi_info(abi_native())->name) != 0 && !string_has_prefix(name, "file:")) {
                prefixed = string_format("%s:%s", arch, name);
                if (!prefixed)
                        return error_errno(error, ENOMEM, "a feature");
                if (feature_parse(prefixed, ret, NULL) == 0)
                        return 0;
        }
        return feature_parse(name, ret, error);
}

static int read_name(const struct place *place, const struct analysis_document *document,
        const char *member, const char *name, struct feature *ret)
{
        struct error problem = {};

        if (parse_name(document->arch, name, ret, &problem) < 0)
                return refuse(place, member, problem.message);
        return 0;
}

/* The outcomes of a mode: an object, or null. */
static int check_mode(const struct place *place, const json_t *object, const char *member)
{
        json_t *value = json_object_get(object, member);

        if (!value)
                return refuse(place, member, "is missing");
        if (!json_is_null(value) && !json_is_object(value))
                return refuse(place, member, "should be an object or null");
        return 0;
}

static int check_modes(
        const struct place *place, const json_t *object, const struct feature *feature)
{
        int r = check_mode(place, object, "stub");

        if (r == 0)
                r = check_mode(place, object, "fake");
        if (r == 0 && feature->kind == FEATURE_FILE)
                r = check_mode(place, object, "deny");
        if (r == 0)
                r = take(place, object, "unstable", JSON_TRUE, NULL);
        return r;
}

static int read_feature(const struct place *place, json_t *object, struct analysis_document *ret)
{
        static const char *const verdicts[] = {
                "required", "stub", "fake", "either", "untested", NULL};
        struct analysed_verdict *verdict = vector_add(&ret->verdicts);
        const char *name = NULL, *kind = NULL, *word = NULL;
        int r;

        if (!verdict)
                return out_of_memory(place);
        verdict->object = object;
        r = take_text(place, object, "name", &name);
        if (r == 0)
                r = read_name(place, ret, "name", name, &verdict->feature);
        if (r == 0)
                r = take_text(place, object, "kind", &kind);
        if (r == 0 && strcmp(kind, feature_kind_name(verdict->feature.kind)) != 0)
                r = refuse(place, "kind", "does not fit the name");
        if (r == 0)
                r = take_count(place, object, "count", 0, &verdict->count);
        if (r == 0)
                r = take_word(place, object, "verdict", verdicts, &word);
        if (r == 0)
                r = verdict_parse(word, &verdict->verdict, place->error);
        return r < 0 ? r : check_modes(place, object, &verdict->feature);
}

static int compare_verdicts(const void *a, const void *b)
{
        const struct analysed_verdict *left = a, *right = b;

        return feature_compare(&left->feature, &right->feature);
}

/* All of them have their feature first. The array is in order. */
static int check_once(
        const struct place *place, const char *member, const void *items, size_t count, size_t size)
{
        CLEANUP_FREE char *problem = NULL;
        char name[FEATURE_NAME_MAX];

        for (size_t i = 1; i < count; i++) {
                const struct feature *feature = (const void *)((const char *)items + i * size);
                const struct feature *before = (const void *)((const char *)items + (i - 1) * size);

                if (!feature_equal(*before, *feature))
                        continue;
                problem = string_format("names %s twice", feature_name(*feature, name));
                return problem ? refuse(place, member, problem) : out_of_memory(place);
        }
        return 0;
}

static int read_features(struct place *place, const json_t *document, struct analysis_document *ret)
{
        json_t *array = NULL, *object;
        size_t index;
        int r = take(place, document, "features", JSON_ARRAY, &array);

        if (r < 0)
                return r;
        json_array_foreach(array, index, object)
        {
                snprintf(place->member, sizeof(place->member), "features[%zu]", index);
                r = read_feature(place, object, ret);
                if (r < 0)
                        return r;
        }
        place->member[0] = '\0';
        if (ret->verdicts.count > 1)
                qsort(ret->verdicts.items, ret->verdicts.count, sizeof(ret->verdicts.items[0]),
                        compare_verdicts);
        return check_once(place, "features", ret->verdicts.items, ret->verdicts.count,
                sizeof(ret->verdicts.items[0]));
}

static int item_text(
        const struct place *place, const char *member, const json_t *item, const char **ret)
{
        if (!json_is_string(item))
                return refuse(place, member, "should hold strings");
        *ret = json_string_value(item);
        return 0;
}

/* What the joint run left out in one mode. */
static int read_joint_mode(const struct place *place, const json_t *joint, const char *mode,
        struct analysis_document *ret)
{
        struct analysed_joint *left_out;
        json_t *array = NULL, *item;
        const char *name = NULL;
        size_t index;
        int r = take(place, joint, mode, JSON_ARRAY, &array);

        if (r < 0)
                return r;
        json_array_foreach(array, index, item)
        {
                left_out = vector_add(&ret->joint);
                if (!left_out)
                        return out_of_memory(place);
                left_out->mode = mode;
                r = item_text(place, mode, item, &name);
                if (r == 0)
                        r = read_name(place, ret, mode, name, &left_out->feature);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_conflict(
        const struct place *place, const json_t *array, struct analysis_document *ret)
{
        struct analysed_conflict *conflict;
        struct feature *feature;
        const char *name = NULL;
        json_t *item;
        size_t index;
        int r;

        if (!json_is_array(array) || json_array_size(array) < 2)
                return refuse(place, "", "should be an array of two features or more");
        conflict = vector_add(&ret->conflicts);
        if (!conflict)
                return out_of_memory(place);
        json_array_foreach(array, index, item)
        {
                feature = vector_add(&conflict->features);
                if (!feature)
                        return out_of_memory(place);
                r = item_text(place, "", item, &name);
                if (r == 0)
                        r = read_name(place, ret, "", name, feature);
                if (r < 0)
                        return r;
        }
        qsort(conflict->features.items, conflict->features.count, sizeof(*feature),
                feature_compare);
        return check_once(
                place, "", conflict->features.items, conflict->features.count, sizeof(*feature));
}

static int compare_joint(const void *a, const void *b)
{
        const struct analysed_joint *left = a, *right = b;

        return feature_compare(&left->feature, &right->feature);
}

static int read_joint(struct place *place, const json_t *document, struct analysis_document *ret)
{
        json_t *joint = NULL, *conflicts = NULL, *conflict;
        size_t index;
        int r = take(place, document, "joint", JSON_OBJECT, &joint);

        if (r < 0)
                return r;
        strcpy(place->member, "joint");
        r = take(place, joint, "tested", JSON_TRUE, NULL);
        if (r == 0)
                r = take(place, joint, "works", JSON_TRUE, NULL);
        if (r == 0)
                r = read_joint_mode(place, joint, "stub", ret);
        if (r == 0)
                r = read_joint_mode(place, joint, "fake", ret);
        if (ret->joint.count > 1)
                qsort(ret->joint.items, ret->joint.count, sizeof(ret->joint.items[0]),
                        compare_joint);
        if (r == 0)
                r = check_once(place, "stub and fake", ret->joint.items, ret->joint.count,
                        sizeof(ret->joint.items[0]));
        if (r == 0)
                r = take(place, joint, "conflicts", JSON_ARRAY, &conflicts);
        if (r < 0)
                return r;
        json_array_foreach(conflicts, index, conflict)
        {
                snprintf(place->member, sizeof(place->member), "joint.conflicts[%zu]", index);
                r = read_conflict(place, conflict, ret);
                if (r < 0)
                        return r;
        }
        place->member[0] = '\0';
        return 0;
}

static int read_feature_impact(
        const struct place *place, json_t *object, struct analysis_document *ret)
{
        static const char *const modes[] = {"stub", "fake", NULL};
        struct analysed_impact *impact = vector_add(&ret->impact);
        const char *name = NULL;
        int r;

        if (!impact)
                return out_of_memory(place);
        impact->object = object;
        r = take_text(place, object, "name", &name);
        if (r == 0)
                r = read_name(place, ret, "name", name, &impact->feature);
        if (r == 0)
                r = take_word(place, object, "mode", modes, &impact->mode);
        if (r == 0)
                r = take(place, object, "metrics", JSON_OBJECT, NULL);
        return r;
}

static int compare_impact(const void *a, const void *b)
{
        const struct analysed_impact *left = a, *right = b;
        int r = feature_compare(&left->feature, &right->feature);

        return r != 0 ? r : strcmp(left->mode, right->mode);
}

static int check_impact_once(const struct place *place, const struct analysis_document *ret)
{
        for (size_t i = 1; i < ret->impact.count; i++)
                if (compare_impact(&ret->impact.items[i - 1], &ret->impact.items[i]) == 0)
                        return refuse(place, "impact.features", "names a feature and mode twice");
        return 0;
}

static int read_impact(struct place *place, const json_t *document, struct analysis_document *ret)
{
        json_t *impact = json_object_get(document, "impact"), *features = NULL, *object;
        size_t index;
        int r;

        if (!impact)
                return 0;
        r = take(place, document, "impact", JSON_OBJECT, &impact);
        if (r < 0)
                return r;
        strcpy(place->member, "impact");
        r = take(place, impact, "features", JSON_ARRAY, &features);
        if (r < 0)
                return r;
        json_array_foreach(features, index, object)
        {
                snprintf(place->member, sizeof(place->member), "impact.features[%zu]", index);
                r = read_feature_impact(place, object, ret);
                if (r < 0)
                        return r;
        }
        place->member[0] = '\0';
        if (ret->impact.count > 1)
                qsort(ret->impact.items, ret->impact.count, sizeof(ret->impact.items[0]),
                        compare_impact);
        return check_impact_once(place, ret);
}

static int check_schema(const struct place *place, const json_t *document)
{
        const char *schema = NULL;
        int r;

        if (!json_is_object(document))
                return refuse(place, "the document", "should be an object of schema " SCHEMA);
        r = take_text(place, document, "schema", &schema);
        if (r < 0)
                return r;
        if (strcmp(schema, SCHEMA) != 0)
                return refuse(place, "schema", "should be " SCHEMA);
        return 0;
}

/* What is kept without being looked into. */
static int check_summary(const struct place *place, const json_t *document)
{
        int r = take_count(place, document, "replicas", 1, NULL);

        if (r == 0)
                r = take_count(place, document, "jobs", 1, NULL);
        if (r == 0)
                r = take(place, document, "baseline", JSON_OBJECT, NULL);
        if (r == 0)
                r = take_count(place, document, "runs", 0, NULL);
        if (r == 0)
                r = take_count(place, document, "runs_reused", 0, NULL);
        if (r == 0)
                r = take(place, document, "wall_s", JSON_REAL, NULL);
        if (r == 0)
                r = take(place, document, "run_s", JSON_REAL, NULL);
        return r;
}

int analysis_document_read(const char *path, const json_t *document, struct analysis_document *ret,
        struct error *error)
{
        static int (*const parts[])(
                struct place * place, const json_t *document, struct analysis_document *ret) = {
                read_tool,
                read_application,
                read_workload,
                read_environment,
                read_features,
                read_joint,
                read_impact,
        };
        CLEANUP_ANALYSIS_DOCUMENT struct analysis_document read = {};
        struct place place = {.path = path, .error = error};
        int r = check_schema(&place, document);

        if (r == 0)
                r = check_summary(&place, document);
        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(parts); i++)
                r = parts[i](&place, document, &read);
        if (r < 0)
                return r;
        *ret = read;
        read = (struct analysis_document){};
        return 0;
}

static int compare_texts(const void *a, const void *b)
{
        const char *left = json_string_value(*(json_t *const *)a);
        const char *right = json_string_value(*(json_t *const *)b);

        return strcmp(left ? left : "", right ? right : "");
}

/* A copy of an array of strings in their order. */
static json_t *sorted(const json_t *array)
{
        size_t count = json_array_size(array);
        CLEANUP_FREE json_t **items = calloc(count + 1, sizeof(json_t *));
        json_t *copy = items ? json_array() : NULL;

        if (!copy)
                return NULL;
        for (size_t i = 0; i < count; i++)
                items[i] = json_array_get(array, i);
        if (count > 1)
                qsort(items, count, sizeof(json_t *), compare_texts);
        for (size_t i = 0; i < count; i++)
                json_array_append(copy, items[i]);
        return copy;
}

/* The settings that determine what is measured. */
static json_t *determining_settings(const json_t *settings)
{
        json_t *copy = json_copy((json_t *)settings), *only;

        if (!copy)
                return NULL;
        json_object_del(copy, "limits");
        only = json_object_get(copy, "only");
        if (only)
                json_object_set_new(copy, "only", sorted(only));
        return copy;
}

int analysis_document_digest(const struct analysis_document *document, char ret[DIGEST_TEXT_SIZE])
{
        unsigned char bytes[DIGEST_BYTES];
        CLEANUP_FREE char *text = NULL;
        json_t *object = NULL;

        object = json_pack("{s:s, s:s, s:s?, s:s, s:s, s:s?, s:s?, s:s, s:s, s:o}", "schema",
                "loupe/measurement/1", "application", document->application, "version",
                document->version, "workload", document->workload, "kind", document->kind,
                "executable", document->executable_digest, "libc", document->libc, "arch",
                document->arch, "workload_digest", document->workload_digest, "settings",
                determining_settings(document->settings));
        text = object ? json_dumps(object, DUMP_FLAGS) : NULL;
        json_decref(object);
        if (!text || !EVP_Digest(text, strlen(text), bytes, NULL, EVP_sha256(), NULL))
                return -ENOMEM;
        digest_text(bytes, ret);
        return 0;
}

char *analysis_document_summary(const json_t *document)
{
        static const char *const members[] = {
                "replicas", "jobs", "baseline", "runs", "runs_reused", "wall_s", "run_s"};
        json_t *summary = json_object(), *joint = json_object_get(document, "joint"), *impact;
        json_t *conditions = json_object_get(json_object_get(document, "workload"), "conditions");
        char *text;

        for (size_t i = 0; i < ARRAY_SIZE(members); i++)
                json_object_set(summary, members[i], json_object_get(document, members[i]));
        json_object_set_new(summary, "joint",
                json_pack("{s:O, s:O}", "tested", json_object_get(joint, "tested"), "works",
                        json_object_get(joint, "works")));
        if (conditions)
                json_object_set(summary, "conditions", conditions);
        impact = json_object_get(document, "impact");
        if (impact) {
                impact = json_copy(impact);
                json_object_del(impact, "features");
                json_object_set_new(summary, "impact", impact);
        }
        text = json_dumps(summary, DUMP_FLAGS);
        json_decref(summary);
        return text;
}
