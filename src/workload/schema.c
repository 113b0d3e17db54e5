/* SPDX-License-Identifier: BSD-3-Clause */
#include "workload/schema.h"

#include <cyaml/cyaml.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/strings.h"

#define REQUIRED CYAML_FLAG_POINTER
#define OPTIONAL (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)

#define TEXT(key, flags, type, member) \
        CYAML_FIELD_STRING_PTR(key, flags, type, member, 0, CYAML_UNLIMITED)
#define LIST(key, flags, type, member, entry, minimum) \
        CYAML_FIELD_SEQUENCE(key, flags, type, member, entry, minimum, CYAML_UNLIMITED)

static const cyaml_schema_value_t text_entry = {
        CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 0, CYAML_UNLIMITED),
};

static const cyaml_schema_field_t application_fields[] = {
        TEXT("name", REQUIRED, struct raw_application, name),
        LIST("version", OPTIONAL, struct raw_application, version, &text_entry, 1),
        CYAML_FIELD_END,
};

static const cyaml_schema_field_t label_fields[] = {
        TEXT("name", OPTIONAL, struct raw_label, name),
        TEXT("kind", OPTIONAL, struct raw_label, kind),
        CYAML_FIELD_END,
};

static const cyaml_schema_field_t file_fields[] = {
        TEXT("path", REQUIRED, struct raw_file, path),
        TEXT("content", OPTIONAL, struct raw_file, content),
        TEXT("source", OPTIONAL, struct raw_file, source),
        TEXT("mode", OPTIONAL, struct raw_file, mode),
        CYAML_FIELD_END,
};

static const cyaml_schema_value_t file_entry = {
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_file, file_fields),
};

static const cyaml_schema_field_t limits_fields[] = {
        TEXT("memory", OPTIONAL, struct raw_limits, memory),
        TEXT("processes", OPTIONAL, struct raw_limits, processes),
        TEXT("disk", OPTIONAL, struct raw_limits, disk),
        CYAML_FIELD_END,
};

static const cyaml_schema_field_t workload_fields[] = {
        CYAML_FIELD_MAPPING("application", CYAML_FLAG_DEFAULT, struct raw_workload, application,
                application_fields),
        CYAML_FIELD_MAPPING(
                "workload", CYAML_FLAG_OPTIONAL, struct raw_workload, workload, label_fields),
        LIST("command", REQUIRED, struct raw_workload, command, &text_entry, 1),
        LIST("environment", OPTIONAL, struct raw_workload, environment, &text_entry, 0),
        TEXT("directory", OPTIONAL, struct raw_workload, directory),
        LIST("files", OPTIONAL, struct raw_workload, files, &file_entry, 0),
        TEXT("mode", OPTIONAL, struct raw_workload, mode),
        TEXT("ready", OPTIONAL, struct raw_workload, ready),
        TEXT("test", OPTIONAL, struct raw_workload, test),
        TEXT("timeout", OPTIONAL, struct raw_workload, timeout),
        TEXT("exit", OPTIONAL, struct raw_workload, exit),
        CYAML_FIELD_MAPPING(
                "limits", CYAML_FLAG_OPTIONAL, struct raw_workload, limits, limits_fields),
        TEXT("user", OPTIONAL, struct raw_workload, user),
        LIST("consider", OPTIONAL, struct raw_workload, consider, &text_entry, 1),
        TEXT("replicas", OPTIONAL, struct raw_workload, replicas),
        CYAML_FIELD_END,
};

static const cyaml_schema_value_t workload_schema = {
        CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_workload, workload_fields),
};

/* What a value has to look like. "files[].mode" stands for that of every entry. */
static const struct {
        const char *path;
        const char *shape;
} shapes[] = {
        {"", "a mapping with at least application and command"},
        {"application", "a mapping, as {name: redis}"},
        {"application.name", "a name, as redis"},
        {"application.version", "a list of text, as [redis-server, --version]"},
        {"workload", "a mapping, as {name: health, kind: health}"},
        {"command",
                "a list of text: the program and its arguments, as [redis-server, --port, 6390]"},
        {"environment", "a list of text, as [LANG=C, FOO=bar]"},
        {"consider",
                "a list of text: paths, globs or names of programs, as [/usr/bin/perl, t/*.t]"},
        {"files", "a list of mappings, as [{path: /tmp/a.conf, content: text}]"},
        {"files[]", "a mapping, as {path: /tmp/a.conf, content: text}"},
        {"files[].path", "an absolute path, as /tmp/a.conf"},
        {"limits", "a mapping, as {memory: 512M, processes: 64, disk: 100M}"},
};

/* Every other value: a scalar. */
static const char scalar_shape[] = "a single value, not a list or a mapping";

/*
 * The place of an error as libcyaml's backtrace tells it, innermost first: keys, numbers of
 * entries, or nothing for a mapping of which no key was read. Its line numbers are those of the
 * value before.
 */
struct backtrace {
        char steps[DOCUMENT_DEPTH_MAX][32]; /* ".key", "[0]" or "" */
        unsigned count;
};

/* libcyaml's log function: keeps the backtrace, ignores the words. */
__attribute__((format(printf, 3, 0))) static void keep_backtrace(
        cyaml_log_t level, void *context, const char *format, va_list arguments)
{
        struct backtrace *backtrace = context;
        char line[128], key[24];
        unsigned entry;
        char *step;

        (void)level;
        vsnprintf(line, sizeof(line), format, arguments);
        if (backtrace->count == DOCUMENT_DEPTH_MAX || !string_has_prefix(line, "  in "))
                return;
        step = backtrace->steps[backtrace->count++];
        if (sscanf(line, "  in mapping field '%23[^']'", key) == 1)
                snprintf(step, sizeof(backtrace->steps[0]), ".%s", key);
        else if (sscanf(line, "  in sequence entry '%u'", &entry) == 1 && entry > 0)
                snprintf(step, sizeof(backtrace->steps[0]), "[%u]", entry - 1);
}

/* The path of the error; of the collection around it where `skip` is 1. */
static void backtrace_path(
        const struct backtrace *backtrace, unsigned skip, char path[DOCUMENT_PATH_MAX])
{
        size_t length = 0;

        path[0] = '\0';
        for (unsigned i = backtrace->count; i > skip; i--) {
                const char *step = backtrace->steps[i - 1];

                length += snprintf(path + length, DOCUMENT_PATH_MAX - length, "%s",
                        step[0] == '.' && length == 0 ? step + 1 : step);
                if (length >= DOCUMENT_PATH_MAX)
                        return;
        }
}

/* "files[2].mode" → "files[].mode" */
static void path_shape(const char *path, char shape[DOCUMENT_PATH_MAX])
{
        while (*path) {
                *shape++ = *path;
                path += *path == '[' ? 1 + strspn(path + 1, "0123456789") : 1;
        }
        *shape = '\0';
}

static const char *expected_shape(const char *path)
{
        char shape[DOCUMENT_PATH_MAX];

        path_shape(path, shape);
        for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
                if (string_equal(shapes[i].path, shape))
                        return shapes[i].shape;
        }
        return scalar_shape;
}

/* The keys a mapping may have. */
static const cyaml_schema_field_t *fields_of(const char *path)
{
        if (string_equal(path, "application"))
                return application_fields;
        if (string_equal(path, "workload"))
                return label_fields;
        if (string_equal(path, "limits"))
                return limits_fields;
        if (string_has_prefix(path, "files"))
                return file_fields;
        return workload_fields;
}

static bool has_field(const cyaml_schema_field_t *fields, const char *key)
{
        for (; fields->key; fields++) {
                if (string_equal(fields->key, key))
                        return true;
        }
        return false;
}

/* The key by which the value is known to the mapping at `path`, or NULL where it is in another. */
static const char *key_within(const struct document_value *value, const char *path, unsigned depth)
{
        size_t length = strlen(path);

        if (value->depth != depth + 1 || strncmp(value->path, path, length) != 0)
                return NULL;
        if (length == 0)
                return value->path;
        return value->path[length] == '.' ? value->path + length + 1 : NULL;
}

/*
 * libcyaml stopped at a key that the mapping at `path` does not have. Which one is left to find out
 * here, with its line.
 */
static int unknown_key(const struct document *document, const char *path, struct error *error)
{
        const struct document_value *mapping = document_find(document, path), *value;
        const cyaml_schema_field_t *fields = fields_of(path);
        const char *unknown_path = path, *key = NULL, *found;
        char known[256] = "";
        size_t length = 0;

        vector_for_each(value, &document->values) {
                found = mapping ? key_within(value, path, mapping->depth) : NULL;
                if (found && !has_field(fields, found)) {
                        unknown_path = value->path;
                        key = found;
                        break;
                }
        }
        for (const cyaml_schema_field_t *field = fields; field->key; field++)
                length += snprintf(known + length, sizeof(known) - length, "%s%s",
                        length ? ", " : "", field->key);
        error_set(error, EINVAL, "unknown key \"%s\"%s%s; known are %s", key ? key : "",
                *path ? " in " : "", path, known);
        return document_place(document, unknown_path, -EINVAL, error);
}

/* libcyaml found the end of the mapping at `path` before all its required keys. */
static int missing_key(const struct document *document, const char *path, struct error *error)
{
        char missing[DOCUMENT_PATH_MAX * 2];
        const cyaml_schema_field_t *field = fields_of(path);

        for (; field->key; field++) {
                snprintf(missing, sizeof(missing), "%s%s%s", path, *path ? "." : "", field->key);
                if (!(field->value.flags & CYAML_FLAG_OPTIONAL) &&
                        !document_find(document, missing))
                        break;
        }
        error_set(error, EINVAL, "%s is missing; it must be %s", missing, expected_shape(missing));
        return document_place(document, path, -EINVAL, error);
}

static int explain(const struct document *document, cyaml_err_t failure,
        const struct backtrace *backtrace, struct error *error)
{
        char path[DOCUMENT_PATH_MAX];

        switch (failure) {
        case CYAML_ERR_OOM:
        case CYAML_ERR_LIBYAML_PARSER_INIT:
        case CYAML_ERR_LIBYAML_PARSER: /* of a text that document_index() has parsed before */
                return error_errno(error, ENOMEM, "%s", document->file);
        case CYAML_ERR_INVALID_KEY:
                backtrace_path(backtrace, 1, path);
                return unknown_key(document, path, error);
        case CYAML_ERR_MAPPING_FIELD_MISSING:
                backtrace_path(backtrace, 1, path);
                return missing_key(document, path, error);
        case CYAML_ERR_INVALID_VALUE:
        case CYAML_ERR_SEQUENCE_ENTRIES_MIN:
                backtrace_path(backtrace, 0, path);
                error_set(error, EINVAL, "%s must be %s", *path ? path : "the file",
                        expected_shape(path));
                break;
        default:
                backtrace_path(backtrace, 0, path);
                error_set(error, EINVAL, "%s", cyaml_strerror(failure));
        }
        return document_place(document, path, -EINVAL, error);
}

static cyaml_config_t configuration(struct backtrace *backtrace)
{
        return (cyaml_config_t){
                .log_fn = backtrace ? keep_backtrace : NULL,
                .log_ctx = backtrace,
                .log_level = CYAML_LOG_ERROR,
                .mem_fn = cyaml_mem,
                .flags = CYAML_CFG_NO_ALIAS,
        };
}

int schema_load(const struct document *document, const char *text, size_t size,
        struct raw_workload **ret, struct error *error)
{
        struct backtrace backtrace = {};
        cyaml_config_t config = configuration(&backtrace);
        cyaml_data_t *raw = NULL;
        cyaml_err_t failure;

        failure =
                cyaml_load_data((const uint8_t *)text, size, &config, &workload_schema, &raw, NULL);
        if (failure != CYAML_OK)
                return explain(document, failure, &backtrace, error);
        *ret = raw;
        return 0;
}

struct raw_workload *raw_workload_free(struct raw_workload *raw)
{
        cyaml_config_t config = configuration(NULL);

        if (raw)
                cyaml_free(&config, &workload_schema, raw, 0);
        return NULL;
}
