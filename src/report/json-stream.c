/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/json-stream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "report/stream.h"

void json_stream_init(struct json_stream *json, FILE *stream)
{
        *json = (struct json_stream){.stream = stream};
}

/* A line end, and what the next line begins with. */
static void break_line(struct json_stream *json)
{
        fputc('\n', json->stream);
        for (unsigned i = 0; i < json->depth; i++)
                fputs("  ", json->stream);
}

/* What stands before a value: the comma behind its predecessor, and its key. */
static void begin_value(struct json_stream *json, const char *key)
{
        bool empty;

        if (json->depth > 0) {
                empty = json->containers[json->depth - 1].empty;
                json->containers[json->depth - 1].empty = false;
                if (!empty)
                        putc_unlocked(',', json->stream);
                if (json->containers[json->depth - 1].layout == LAYOUT_BLOCK)
                        break_line(json);
                else if (!empty)
                        putc_unlocked(' ', json->stream);
        }
        if (key) {
                CLEANUP_FREE char *quoted = json_quote(key);

                if (!quoted)
                        json->failed = true;
                else
                        fprintf(json->stream, "%s: ", quoted);
        }
}

static void begin_container(
        struct json_stream *json, const char *key, enum json_layout layout, char start, char end)
{
        begin_value(json, key);
        if (json->depth > 0 && json->containers[json->depth - 1].layout == LAYOUT_LINE)
                layout = LAYOUT_LINE;
        /* Deeper than any result of ours goes. */
        if (json->depth == JSON_STREAM_DEPTH)
                abort();
        json->containers[json->depth].layout = layout;
        json->containers[json->depth].end = end;
        json->containers[json->depth].empty = true;
        json->depth++;
        fputc(start, json->stream);
}

void json_stream_object(struct json_stream *json, const char *key, enum json_layout layout)
{
        begin_container(json, key, layout, '{', '}');
}

void json_stream_array(struct json_stream *json, const char *key, enum json_layout layout)
{
        begin_container(json, key, layout, '[', ']');
}

void json_stream_end(struct json_stream *json)
{
        json->depth--;
        if (json->containers[json->depth].layout == LAYOUT_BLOCK &&
                !json->containers[json->depth].empty)
                break_line(json);
        fputc(json->containers[json->depth].end, json->stream);
}

void json_stream_text(struct json_stream *json, const char *key, const char *text)
{
        CLEANUP_FREE char *quoted = json_quote(text);

        if (!quoted) {
                json->failed = true;
                return;
        }
        json_stream_raw(json, key, quoted, strlen(quoted));
}

void json_stream_integer(struct json_stream *json, const char *key, int64_t number)
{
        begin_value(json, key);
        fprintf(json->stream, "%" PRId64, number);
}

void json_stream_boolean(struct json_stream *json, const char *key, bool value)
{
        begin_value(json, key);
        fputs(value ? "true" : "false", json->stream);
}

void json_stream_raw(struct json_stream *json, const char *key, const char *text, size_t length)
{
        begin_value(json, key);
        fwrite_unlocked(text, 1, length, json->stream);
}

int json_stream_finish(struct json_stream *json)
{
        fputc('\n', json->stream);
        return json->failed ? -ENOMEM : stream_result(json->stream);
}

char *json_quote(const char *text)
{
        json_t *string = json_text(text);
        char *quoted = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;

        json_decref(string);
        return quoted;
}
