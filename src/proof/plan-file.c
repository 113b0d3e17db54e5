/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof/plan-file.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>

#include <jansson.h>
#include <yaml.h>

#include "arch/syscalls.h"
#include "base/io.h"
#include "base/nearest.h"
#include "base/number.h"
#include "base/strings.h"

#define PLAN_SCHEMA   "loupe/plan/1"
#define PLAN_SIZE_MAX (64u << 20)

/*
 * JSON is YAML as well. So jansson tells whether it is JSON, and libyaml, whose nodes know their
 * lines, what stands where.
 */
struct reader {
        const char *path;
        yaml_document_t document;
        bool loaded;
        struct error *error;
};

static void reader_clear(struct reader *reader)
{
        if (reader->loaded)
                yaml_document_delete(&reader->document);
}

void written_step_clear(struct written_step *step)
{
        struct written_application *application;

        vector_for_each(application, &step->applications)
                free(application->name);
        vector_clear(&step->applications);
        vector_clear(&step->implement);
        vector_clear(&step->stub);
        vector_clear(&step->fake);
}

static int copy_features(const written_features *from, written_features *to)
{
        const struct written_feature *feature;
        struct written_feature *added;

        vector_for_each(feature, from) {
                added = vector_add(to);
                if (!added)
                        return -ENOMEM;
                *added = *feature;
        }
        return 0;
}

int written_step_copy(const struct written_step *from, struct written_step *to)
{
        const struct written_application *application;
        struct written_application *added;

        to->line = from->line;
        vector_for_each(application, &from->applications) {
                added = vector_add(&to->applications);
                if (!added)
                        return -ENOMEM;
                added->line = application->line;
                added->name = strdup(application->name);
                if (!added->name)
                        return -ENOMEM;
        }
        return copy_features(&from->implement, &to->implement) < 0 ||
                               copy_features(&from->stub, &to->stub) < 0 ||
                               copy_features(&from->fake, &to->fake) < 0
                       ? -ENOMEM
                       : 0;
}

void written_plan_clear(struct written_plan *plan)
{
        struct written_step *step;

        written_step_clear(&plan->initial);
        vector_for_each(step, &plan->steps)
                written_step_clear(step);
        vector_clear(&plan->steps);
        free(plan->path);
        free(plan->os);
        free(plan->strategy);
        *plan = (struct written_plan){};
}

static unsigned line_of(const yaml_node_t *node)
{
        return (unsigned)node->start_mark.line + 1;
}

__attribute__((format(printf, 3, 4))) static int refuse(
        const struct reader *reader, unsigned line, const char *format, ...)
{
        char message[ERROR_MESSAGE_SIZE];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(message, sizeof(message), format, arguments);
        va_end(arguments);
        /* Strings of JSON may hold anything; the message is one line. */
        string_make_printable(message);
        return error_set(reader->error, EINVAL, "%s:%u: %s", reader->path, line, message);
}

static int out_of_memory(const struct reader *reader)
{
        return error_errno(reader->error, ENOMEM, "%s", reader->path);
}

static yaml_node_t *node_at(struct reader *reader, int index)
{
        return yaml_document_get_node(&reader->document, index);
}

static const char *text_of(const yaml_node_t *node)
{
        return (const char *)node->data.scalar.value;
}

/* JSON quotes its strings: what has no quotes is a number, true, false or null. */
static bool is_string(const yaml_node_t *node)
{
        return node->type == YAML_SCALAR_NODE &&
               node->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
}

static bool is_null(const yaml_node_t *node)
{
        return node->type == YAML_SCALAR_NODE && !is_string(node) &&
               strcmp(text_of(node), "null") == 0;
}

/* What stands under the key, or NULL. Of several the last, as JSON has it. */
static yaml_node_t *member(struct reader *reader, const yaml_node_t *object, const char *key)
{
        yaml_node_t *found = NULL;

        for (const yaml_node_pair_t *pair = object->data.mapping.pairs.start;
                pair < object->data.mapping.pairs.top; pair++)
                if (strcmp(text_of(node_at(reader, pair->key)), key) == 0)
                        found = node_at(reader, pair->value);
        return found;
}

/* The array under the key: must be there. Returns 0 or -EINVAL. */
static int array_of(
        struct reader *reader, const yaml_node_t *object, const char *key, yaml_node_t **ret)
{
        yaml_node_t *found = member(reader, object, key);

        if (!found)
                return refuse(reader, line_of(object), "\"%s\" is missing here", key);
        if (found->type != YAML_SEQUENCE_NODE)
                return refuse(reader, line_of(found), "\"%s\" is to be an array", key);
        *ret = found;
        return 0;
}

/* The string under the key; NULL for null, where that may stand there. */
static int string_of(struct reader *reader, const yaml_node_t *object, const char *key,
        bool may_be_null, char **ret)
{
        const yaml_node_t *found = member(reader, object, key);

        if (!found)
                return refuse(reader, line_of(object), "\"%s\" is missing here", key);
        if (may_be_null && is_null(found))
                return 0;
        if (!is_string(found))
                return refuse(reader, line_of(found), "\"%s\" is to be a string%s", key,
                        may_be_null ? " or null" : "");
        *ret = strdup(text_of(found));
        return *ret ? 0 : out_of_memory(reader);
}

/* True or false; false where nothing is said, as plans by hand need not. */
static int flag_of(struct reader *reader, const yaml_node_t *object, const char *key, bool *ret)
{
        const yaml_node_t *found = member(reader, object, key);
        bool plain = found && found->type == YAML_SCALAR_NODE && !is_string(found);

        *ret = plain && strcmp(text_of(found), "true") == 0;
        if (!found || *ret || (plain && strcmp(text_of(found), "false") == 0))
                return 0;
        return refuse(reader, line_of(found), "\"%s\" is to be true or false", key);
}

/* A feature by its name, or a call by its number. */
static int read_feature(struct reader *reader, const yaml_node_t *node, struct written_feature *ret)
{
        char name[sizeof("syscall_") + 20];
        struct error reason = {};
        uint64_t number;

        ret->line = line_of(node);
        if (node->type != YAML_SCALAR_NODE)
                return refuse(reader, ret->line, "a feature is a name, or the number of a call");
        if (is_string(node)) {
                if (feature_parse(text_of(node), &ret->feature, &reason) == 0)
                        return 0;
                return refuse(reader, ret->line, "%s", reason.message);
        }
        if (unsigned_parse(text_of(node), INT_MAX, &number) < 0)
                return refuse(reader, ret->line, "%s is no number of a call", text_of(node));
        snprintf(name, sizeof(name), "syscall_%u", (unsigned)number);
        if (feature_parse(name, &ret->feature, &reason) == 0)
                return 0;
        return refuse(reader, ret->line, "%s", reason.message);
}

static int read_features(struct reader *reader, const yaml_node_t *object, const char *key,
        written_features *features)
{
        struct written_feature feature, *added;
        yaml_node_t *array = NULL;
        int r = array_of(reader, object, key, &array);

        for (const yaml_node_item_t *item = r == 0 ? array->data.sequence.items.start : NULL;
                r == 0 && item < array->data.sequence.items.top; item++) {
                r = read_feature(reader, node_at(reader, *item), &feature);
                if (r < 0)
                        return r;
                added = vector_add(features);
                if (!added)
                        return out_of_memory(reader);
                *added = feature;
        }
        return r;
}

static int read_applications(struct reader *reader, const yaml_node_t *object, const char *key,
        struct written_step *step)
{
        struct written_application *added;
        yaml_node_t *array = NULL;
        const yaml_node_t *name;
        int r = array_of(reader, object, key, &array);

        for (const yaml_node_item_t *item = r == 0 ? array->data.sequence.items.start : NULL;
                r == 0 && item < array->data.sequence.items.top; item++) {
                name = node_at(reader, *item);
                if (!is_string(name) || *text_of(name) == '\0')
                        return refuse(reader, line_of(name), "an application is named by a string");
                added = vector_add(&step->applications);
                if (!added)
                        return out_of_memory(reader);
                added->line = line_of(name);
                added->name = strdup(text_of(name));
                if (!added->name)
                        return out_of_memory(reader);
        }
        return r;
}

static int read_step(struct reader *reader, const yaml_node_t *object, struct written_step *step)
{
        int r;

        if (object->type != YAML_MAPPING_NODE)
                return refuse(reader, line_of(object), "a step is to be an object");
        step->line = line_of(object);
        r = read_applications(reader, object, "apps", step);
        if (r == 0)
                r = read_features(reader, object, "implement", &step->implement);
        if (r == 0)
                r = read_features(reader, object, "stub", &step->stub);
        if (r == 0)
                r = read_features(reader, object, "fake", &step->fake);
        if (r == 0 && step->applications.count == 0)
                r = refuse(reader, step->line, "the step promises no application");
        return r;
}

static int read_steps(struct reader *reader, const yaml_node_t *root, struct written_plan *plan)
{
        struct written_step *step;
        yaml_node_t *array = NULL;
        int r = array_of(reader, root, "steps", &array);

        for (const yaml_node_item_t *item = r == 0 ? array->data.sequence.items.start : NULL;
                r == 0 && item < array->data.sequence.items.top; item++) {
                step = vector_add(&plan->steps);
                r = step ? read_step(reader, node_at(reader, *item), step) : out_of_memory(reader);
        }
        return r;
}

static int read_schema(struct reader *reader, const yaml_node_t *root)
{
        CLEANUP_FREE char *schema = NULL;
        int r;

        if (root->type != YAML_MAPPING_NODE)
                return refuse(reader, line_of(root), "a plan is a JSON object");
        r = string_of(reader, root, "schema", false, &schema);
        if (r == 0 && strcmp(schema, PLAN_SCHEMA) != 0)
                r = refuse(reader, line_of(member(reader, root, "schema")),
                        "this is of schema \"%s\": a plan is of \"" PLAN_SCHEMA
                        "\", as loupe plan --json writes it",
                        schema);
        return r;
}

static int read_plan(struct reader *reader, struct written_plan *plan)
{
        const yaml_node_t *root = yaml_document_get_root_node(&reader->document);
        int r = root ? read_schema(reader, root) : refuse(reader, 1, "a plan is a JSON object");

        if (r == 0)
                r = string_of(reader, root, "os", true, &plan->os);
        if (r == 0)
                r = flag_of(reader, root, "partial_missing", &plan->partial_is_missing);
        if (r == 0)
                r = flag_of(reader, root, "equivalents_allowed", &plan->equivalents);
        if (r == 0)
                r = string_of(reader, root, "strategy", false, &plan->strategy);
        if (r == 0)
                r = read_applications(reader, root, "initial", &plan->initial);
        if (r == 0)
                r = read_steps(reader, root, plan);
        if (r == 0)
                plan->initial.line = line_of(root);
        return r;
}

/* What has been said of a feature so far. */
struct said {
        struct feature feature;
        const char *treatment; /* "implemented" */
        unsigned line;
        size_t step;
};

struct check {
        const struct reader *reader;
        VECTOR(struct said) said; /* in feature order */
        size_t step;
};

static int check_feature(
        struct check *check, const struct written_feature *written, const char *treatment)
{
        size_t position = vector_position(
                &check->said, said, feature_compare(&said->feature, &written->feature) < 0);
        struct said *said = check->said.items + position;
        char name[FEATURE_NAME_MAX];

        feature_name(written->feature, name);
        if (position < check->said.count && feature_equal(said->feature, written->feature)) {
                if (strcmp(said->treatment, treatment) == 0)
                        return refuse(check->reader, written->line,
                                "%s is to be %s, as it is since line %u", name, treatment,
                                said->line);
                if (strcmp(said->treatment, "implemented") == 0 || said->step == check->step)
                        return refuse(check->reader, written->line,
                                "%s is to be %s, but it is %s since line %u", name, treatment,
                                said->treatment, said->line);
        } else {
                if (!vector_add(&check->said))
                        return out_of_memory(check->reader);
                said = check->said.items + position;
                memmove(said + 1, said,
                        (check->said.count - 1 - position) * sizeof(*check->said.items));
        }
        *said = (struct said){written->feature, treatment, written->line, check->step};
        return 0;
}

static int check_step(struct check *check, const struct written_step *step)
{
        const struct written_feature *feature;
        int r = 0;

        vector_for_each(feature, &step->implement)
                if (r == 0)
                        r = check_feature(check, feature, "implemented");
        vector_for_each(feature, &step->stub)
                if (r == 0)
                        r = check_feature(check, feature, "stubbed");
        vector_for_each(feature, &step->fake)
                if (r == 0)
                        r = check_feature(check, feature, "faked");
        check->step++;
        return r;
}

static int check_features(const struct reader *reader, const struct written_plan *plan)
{
        struct check check = {.reader = reader};
        const struct written_step *step;
        int r = 0;

        vector_for_each(step, &plan->steps)
                if (r == 0)
                        r = check_step(&check, step);
        vector_clear(&check.said);
        return r;
}

static int compare_applications(const void *a, const void *b)
{
        const struct written_application *const *left = a, *const *right = b;
        int r = strcmp((*left)->name, (*right)->name);

        return r ? r : ((*left)->line > (*right)->line) - ((*left)->line < (*right)->line);
}

/* No application is promised twice. */
static int check_applications(const struct reader *reader, const struct written_plan *plan)
{
        CLEANUP_FREE const struct written_application **all = NULL;
        size_t count = plan->initial.applications.count, next = 0;
        const struct written_application *application;
        const struct written_step *step;

        vector_for_each(step, &plan->steps)
                count += step->applications.count;
        all = calloc(count + 1, sizeof(struct written_application *));
        if (!all)
                return out_of_memory(reader);
        vector_for_each(application, &plan->initial.applications)
                all[next++] = application;
        vector_for_each(step, &plan->steps)
                vector_for_each(application, &step->applications)
                        all[next++] = application;
        qsort(all, count, sizeof(struct written_application *), compare_applications);
        for (size_t i = 1; i < count; i++)
                if (strcmp(all[i - 1]->name, all[i]->name) == 0)
                        return refuse(reader, all[i]->line,
                                "%s is promised, as it is since line %u", all[i]->name,
                                all[i - 1]->line);
        return count > 0 ? 0 : refuse(reader, 1, "the plan promises no application");
}

static int load(struct reader *reader, const char *text, size_t size)
{
        json_error_t reason;
        json_t *json = json_loadb(text, size, 0, &reason);
        yaml_parser_t parser;
        unsigned line;

        if (!json)
                return refuse(
                        reader, reason.line > 0 ? reason.line : 1, "no JSON: %s", reason.text);
        json_decref(json);
        if (!yaml_parser_initialize(&parser))
                return out_of_memory(reader);
        yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
        reader->loaded = yaml_parser_load(&parser, &reader->document);
        line = (unsigned)parser.problem_mark.line + 1;
        yaml_parser_delete(&parser);
        return reader->loaded ? 0 : refuse(reader, line, "this cannot be part of a plan");
}

int plan_file_parse(const char *path, const char *text, size_t size, struct written_plan *ret,
        struct error *error)
{
        CLEANUP(reader_clear) struct reader reader = {.path = path, .error = error};
        CLEANUP_WRITTEN_PLAN struct written_plan plan = {.path = strdup(path)};
        int r = plan.path ? load(&reader, text, size) : out_of_memory(&reader);

        if (r == 0)
                r = read_plan(&reader, &plan);
        if (r == 0)
                r = check_features(&reader, &plan);
        if (r == 0)
                r = check_applications(&reader, &plan);
        if (r < 0)
                return r;
        *ret = plan;
        plan = (struct written_plan){};
        return 0;
}

int plan_file_read(const char *path, struct written_plan *ret, struct error *error)
{
        CLEANUP_FREE char *text = NULL;
        size_t size;
        int r = read_file(path, PLAN_SIZE_MAX, &text, &size);

        if (r < 0)
                return error_errno(error, -r, "%s", path);
        return plan_file_parse(path, text, size, ret, error);
}

static int check_workload(const struct written_plan *plan,
        const struct written_application *application, const char *const *applications,
        size_t count, struct error *error)
{
        struct nearest nearest = {.wanted = application->name};
        CLEANUP_FREE char *name = NULL;

        for (size_t i = 0; i < count; i++) {
                if (strcmp(applications[i], application->name) == 0)
                        return 0;
                nearest_consider(&nearest, applications[i]);
        }
        name = strdup(application->name);
        if (!name)
                return error_errno(error, ENOMEM, "%s", plan->path);
        string_make_printable(name);
        return error_set(error, EINVAL,
                "%s:%u: there is no workload of '%s' among those given%s%s%s", plan->path,
                application->line, name, nearest.word ? ": did you mean '" : "",
                nearest.word ? nearest.word : "", nearest.word ? "'?" : "");
}

int plan_check_workloads(const struct written_plan *plan, const char *const *applications,
        size_t count, struct error *error)
{
        const struct written_application *application;
        const struct written_step *step;
        int r = 0;

        vector_for_each(application, &plan->initial.applications)
                if (r == 0)
                        r = check_workload(plan, application, applications, count, error);
        vector_for_each(step, &plan->steps)
                vector_for_each(application, &step->applications)
                        if (r == 0)
                                r = check_workload(plan, application, applications, count, error);
        return r;
}
