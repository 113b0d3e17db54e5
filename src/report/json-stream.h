/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * JSON that is written as it comes, for results too large for a tree of nodes in memory. It owns
 * commas, line ends and escaping; the caller sees to it that members of objects have keys, and
 * items of arrays none (NULL).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* How deep containers may stand in one another. */
#define JSON_STREAM_DEPTH 16

enum json_layout {
        LAYOUT_BLOCK, /* each member on a line of its own */
        LAYOUT_LINE,  /* all in the line; so is everything within */
};

struct json_stream {
        FILE *stream;
        unsigned depth;
        bool failed; /* out of memory */
        struct {
                enum json_layout layout;
                char end; /* the bracket */
                bool empty;
        } containers[JSON_STREAM_DEPTH];
};

void json_stream_init(struct json_stream *json, FILE *stream);

void json_stream_object(struct json_stream *json, const char *key, enum json_layout layout);
void json_stream_array(struct json_stream *json, const char *key, enum json_layout layout);

/* Ends the innermost of these. */
void json_stream_end(struct json_stream *json);

/* As json_text(): bytes that are not UTF-8 become question marks, NULL becomes null. */
void json_stream_text(struct json_stream *json, const char *key, const char *text);

void json_stream_integer(struct json_stream *json, const char *key, int64_t number);

void json_stream_boolean(struct json_stream *json, const char *key, bool value);

/* A value that is JSON already. */
void json_stream_raw(struct json_stream *json, const char *key, const char *text, size_t length);

/* Ends the document, all of whose containers are ended, with a line end. Returns 0 or -errno. */
int json_stream_finish(struct json_stream *json);

/* Text as a JSON string, in quotes and escaped; owned by the caller; NULL when out of memory. */
char *json_quote(const char *text);
