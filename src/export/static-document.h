/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Documents of schema loupe/static/1 (data/static.schema.json), checked as far as they are read:
 * they come from files, of which anybody may have made anything.
 */

#include <jansson.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/vector.h"
#include "feature/feature.h"

/* What one program could call. Text belongs to the document. */
struct static_document_result {
        const char *name; /* of the application, or else the binary as it was named */
        bool complete;
        bool with_features;
        VECTOR(struct feature) features; /* in feature order, none twice */
        VECTOR(struct feature) open;     /* calls that could be made with other values too */
};

struct static_document {
        VECTOR(struct static_document_result) results;
};

/*
 * `path` is for messages, which name the member that is wrong: "PATH: results[3].syscalls[0].name:
 * …". `ret` is to be cleared by the caller, also where it fails. Returns 0, -EINVAL or -ENOMEM.
 */
int static_document_read(
        const char *path, const json_t *document, struct static_document *ret, struct error *error);

void static_document_clear(struct static_document *document);
#define CLEANUP_STATIC_DOCUMENT CLEANUP(static_document_clear)
