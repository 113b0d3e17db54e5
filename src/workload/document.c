/* SPDX-License-Identifier: BSD-3-Clause */
#include "workload/document.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/strings.h"
#include "workload/excerpt.h"

/* A collection that has begun and not yet ended. */
struct frame {
        bool is_mapping;
        bool awaits_value;  /* in a mapping: the key was just read */
        size_t path_length; /* of the collection's own path */
        unsigned entries;   /* in a sequence: how many so far */
};

struct walk {
        struct document *document;
        struct frame frames[DOCUMENT_DEPTH_MAX];
        unsigned depth;
        unsigned documents;
        char path[DOCUMENT_PATH_MAX]; /* of the value being read */
        struct error *error;
};

#define CLEANUP_EVENT  CLEANUP(yaml_event_delete)
#define CLEANUP_PARSER CLEANUP(yaml_parser_delete)

static int fail(const struct walk *walk, const yaml_event_t *event, const char *what)
{
        return error_set(walk->error, EINVAL, "%s:%zu: %s", walk->document->file,
                event->start_mark.line + 1, what);
}

/* Notes that a value starts here, under walk->path. */
static int note_value(struct walk *walk, const yaml_event_t *event)
{
        struct document_value *value;

        if (walk->document->values.count == DOCUMENT_VALUES_MAX)
                return fail(walk, event, "too many values for a workload file");
        value = vector_add(&walk->document->values);
        if (!value)
                return error_errno(walk->error, ENOMEM, "%s", walk->document->file);
        strcpy(value->path, walk->path);
        value->depth = walk->depth;
        value->line = event->start_mark.line + 1;
        return 0;
}

/* Refuses a key that its mapping has already. Paths that may have been cut off prove nothing. */
static int refuse_twin(const struct walk *walk, const yaml_event_t *event)
{
        const struct document_value *value = document_find(walk->document, walk->path);

        if (!value || value->depth != walk->depth || strlen(value->path) == DOCUMENT_PATH_MAX - 1)
                return 0;
        return error_set(walk->error, EINVAL, "%s:%zu: %s is given twice, first in line %u",
                walk->document->file, event->start_mark.line + 1, walk->path, value->line);
}

static int read_key(struct walk *walk, struct frame *frame, const yaml_event_t *event)
{
        char key[EXCERPT_SIZE];
        int r;

        if (event->type != YAML_SCALAR_EVENT)
                return fail(walk, event, "a key must be a word, not a list or a mapping");
        snprintf(walk->path + frame->path_length, sizeof(walk->path) - frame->path_length, "%s%s",
                frame->path_length > 0 ? "." : "",
                excerpt((const char *)event->data.scalar.value, key));
        frame->awaits_value = true;
        r = refuse_twin(walk, event);
        if (r < 0)
                return r;
        return note_value(walk, event);
}

/* Any event that begins a value, or a key. */
static int read_node(struct walk *walk, const yaml_event_t *event)
{
        struct frame *frame = walk->depth > 0 ? &walk->frames[walk->depth - 1] : NULL;
        int r = 0;

        if (frame && frame->is_mapping && !frame->awaits_value)
                return read_key(walk, frame, event);

        if (!frame) {
                r = note_value(walk, event);
        } else if (frame->is_mapping) {
                frame->awaits_value = false;
        } else {
                snprintf(walk->path + frame->path_length, sizeof(walk->path) - frame->path_length,
                        "[%u]", frame->entries++);
                r = note_value(walk, event);
        }
        if (r < 0 || event->type == YAML_SCALAR_EVENT)
                return r;

        if (walk->depth == DOCUMENT_DEPTH_MAX)
                return fail(walk, event, "lists and mappings nested too deeply");
        walk->frames[walk->depth++] = (struct frame){
                .is_mapping = event->type == YAML_MAPPING_START_EVENT,
                .path_length = strlen(walk->path),
        };
        return 0;
}

/* Anchors let a small file expand to a huge one; tags promise types that are not heeded. */
static bool has_properties(const yaml_event_t *event)
{
        switch (event->type) {
        case YAML_ALIAS_EVENT:
                return true;
        case YAML_SCALAR_EVENT:
                return event->data.scalar.anchor || event->data.scalar.tag;
        case YAML_SEQUENCE_START_EVENT:
                return event->data.sequence_start.anchor || event->data.sequence_start.tag;
        case YAML_MAPPING_START_EVENT:
                return event->data.mapping_start.anchor || event->data.mapping_start.tag;
        default:
                return false;
        }
}

static int read_event(struct walk *walk, const yaml_event_t *event)
{
        if (has_properties(event))
                return fail(walk, event, "anchors (&), aliases (*) and tags (!) are not supported");

        switch (event->type) {
        case YAML_DOCUMENT_START_EVENT:
                if (walk->documents++ > 0)
                        return fail(walk, event, "only one document (---) may be in the file");
                return 0;
        case YAML_SCALAR_EVENT:
                if (memchr(event->data.scalar.value, '\0', event->data.scalar.length))
                        return fail(walk, event, "text must not hold a NUL byte (\\0)");
                return read_node(walk, event);
        case YAML_SEQUENCE_START_EVENT:
        case YAML_MAPPING_START_EVENT:
                return read_node(walk, event);
        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT:
                walk->depth--;
                walk->path[walk->frames[walk->depth].path_length] = '\0';
                return 0;
        case YAML_STREAM_END_EVENT:
                if (walk->documents == 0)
                        return fail(walk, event,
                                "the file is empty; it needs at least application and command");
                return 0;
        default:
                return 0;
        }
}

/* The text is not YAML; the parser knows why. */
static int parser_failed(
        const struct walk *walk, const yaml_parser_t *parser, const char *text, size_t size)
{
        const char *file = walk->document->file;
        size_t line = 1;

        switch (parser->error) {
        case YAML_MEMORY_ERROR:
                return error_errno(walk->error, ENOMEM, "%s", file);
        case YAML_READER_ERROR: /* tells the offset of the byte alone */
                for (size_t i = 0; i < parser->problem_offset && i < size; i++)
                        line += text[i] == '\n';
                return error_set(walk->error, EINVAL, "%s:%zu: not plain UTF-8 text: %s", file,
                        line, parser->problem);
        default:
                return error_set(walk->error, EINVAL, "%s:%zu: not valid YAML: %s%s%s", file,
                        parser->problem_mark.line + 1, parser->context ? parser->context : "",
                        parser->context ? ", " : "", parser->problem);
        }
}

static int walk_text(struct walk *walk, yaml_parser_t *parser, const char *text, size_t size)
{
        bool ended = false;
        int r = 0;

        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(parser, (const unsigned char *)text, size);
        while (r == 0 && !ended) {
                CLEANUP_EVENT yaml_event_t event = {};

                if (!yaml_parser_parse(parser, &event))
                        return parser_failed(walk, parser, text, size);
                r = read_event(walk, &event);
                ended = event.type == YAML_STREAM_END_EVENT;
        }
        return r;
}

int document_index(
        const char *file, const char *text, size_t size, struct document *ret, struct error *error)
{
        CLEANUP_DOCUMENT struct document document = {.file = file};
        CLEANUP_PARSER yaml_parser_t parser = {};
        struct walk walk = {.document = &document, .error = error};
        int r;

        if (!yaml_parser_initialize(&parser))
                return error_errno(error, ENOMEM, "%s", file);
        r = walk_text(&walk, &parser, text, size);
        if (r < 0)
                return r;
        *ret = document;
        document = (struct document){};
        return 0;
}

const struct document_value *document_find(const struct document *document, const char *path)
{
        const struct document_value *value;

        vector_for_each(value, &document->values) {
                if (string_equal(value->path, path))
                        return value;
        }
        return NULL;
}

int document_place(
        const struct document *document, const char *path, int result, struct error *error)
{
        const struct document_value *value = document_find(document, path);

        return error_prefix(error, result, "%s:%u", document->file, value ? value->line : 1);
}

void document_clear(struct document *document)
{
        vector_clear(&document->values);
}
