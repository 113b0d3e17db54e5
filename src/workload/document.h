/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Where each value stands in a YAML text, and the gate through which the text has to pass first.
 *
 * A path names a value: "limits.memory", "command[0]", "files[2].mode"; "" is the whole document.
 */

#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/vector.h"

#define DOCUMENT_PATH_MAX   96 /* bytes, the NUL included; what is longer is cut off */
#define DOCUMENT_DEPTH_MAX  16 /* collections within each other */
#define DOCUMENT_VALUES_MAX 4096

struct document_value {
        char path[DOCUMENT_PATH_MAX];
        unsigned depth; /* number of collections around it: 0 for the whole document */
        unsigned line;  /* from 1; in a mapping that of the key, above the block it may begin */
};

struct document {
        const char *file;                     /* its name in messages; belongs to the caller */
        VECTOR(struct document_value) values; /* in the order of the text; the first is the whole */
};

/*
 * Walks through the text and notes every value. Refuses, with a message "FILE:LINE: …", what is not
 * YAML or not UTF-8, and what only a mistaken or hostile workload file has: anchors, aliases and
 * tags, more than one document, no document, NUL bytes, keys that are not plain text or come twice,
 * values or nesting beyond the limits above. `file` must live as long as the document. Returns 0,
 * -EINVAL or -ENOMEM.
 */
int document_index(
        const char *file, const char *text, size_t size, struct document *ret, struct error *error);

/* The value at a path, or NULL. */
const struct document_value *document_find(const struct document *document, const char *path);

/*
 * Puts "FILE:LINE: " before the message that is there, with the line of the value at `path` (line 1
 * where there is none). Returns `result`, for `return document_place(document, "user", r, error)`.
 */
int document_place(
        const struct document *document, const char *path, int result, struct error *error);

void document_clear(struct document *document);
#define CLEANUP_DOCUMENT CLEANUP(document_clear)
