/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The shape of a workload file: which keys there are, where, and which are lists or mappings.
 * Loading checks the shape alone. Every scalar arrives as the text that was written, for read.c to
 * interpret: libcyaml would take "12abc" for the number 12.
 */

#include "base/cleanup.h"
#include "base/error.h"
#include "workload/document.h"

struct raw_application {
        char *name; /* never NULL */
        char **version;
        unsigned version_count;
};

struct raw_label {
        char *name;
        char *kind;
};

struct raw_file {
        char *path; /* never NULL */
        char *content;
        char *source;
        char *mode;
};

struct raw_limits {
        char *memory;
        char *processes;
        char *disk;
};

/* What was not given is NULL, or a list of no items. No list ends in a NULL. */
struct raw_workload {
        struct raw_application application;
        struct raw_label workload;
        char **command; /* at least one item */
        unsigned command_count;
        char **environment;
        unsigned environment_count;
        char *directory;
        struct raw_file *files;
        unsigned files_count;
        char *mode;
        char *ready;
        char *test;
        char *timeout;
        char *exit;
        struct raw_limits limits;
        char *user;
        char **consider;
        unsigned consider_count;
        char *replicas;
};

/*
 * Loads a text that passed document_index(). Returns 0, -ENOMEM, or -EINVAL with a message
 * "FILE:LINE: …" for unknown keys, missing keys, and lists, mappings or text where another was due.
 */
int schema_load(const struct document *document, const char *text, size_t size,
        struct raw_workload **ret, struct error *error);

/* Accepts NULL, returns NULL. */
struct raw_workload *raw_workload_free(struct raw_workload *raw);
DEFINE_CLEANUP(struct raw_workload *, raw_workload_free)
#define CLEANUP_RAW_WORKLOAD CLEANUP(raw_workload_freep)
