/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What `loupe static` is to look at: from its operands to files. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/vector.h"
#include "cli/option.h"
#include "program/loader.h"
#include "workload/workload.h"

struct static_target {
        char *name;        /* for results: as it was named, or the workload's executable */
        char *path;        /* of the file, as seen from the loader's root */
        char *file;        /* the same as seen from here */
        char *application; /* whose executable it is; NULL: what the database knows */
        char *workload;    /* which alone the result is for; NULL: whatever it has to do */
        enum workload_kind kind;
        char *library_path; /* LD_LIBRARY_PATH of the workload's environment; NULL: none */
        char **preload;     /* its LD_PRELOAD; NULL: none */
        dev_t device;
        ino_t inode;
};

struct static_targets {
        VECTOR(struct static_target) items; /* in the order of the operands, folders by name */
        size_t skipped;                     /* files in folders that are no ELF files */
        size_t repeated;                    /* further names of files that are among the items */
};

struct static_target_options {
        bool folders;                /* operands may be folders, of which every ELF file counts */
        const struct loader *loader; /* whose root paths are in */
        const char *root;            /* the same, as it was named; NULL: none */
        const char *application;     /* in place of that of workload files, or NULL */
        const char *workload;
};

/*
 * The files that the operands name: paths, names that PATH finds, workload files (for their
 * executable), folders. `ret` is to be cleared by the caller. Returns 0 or -errno.
 */
int static_targets_find(const struct operands *operands,
        const struct static_target_options *options, struct static_targets *ret,
        struct error *error);

void static_targets_clear(struct static_targets *targets);
#define CLEANUP_STATIC_TARGETS CLEANUP(static_targets_clear)
