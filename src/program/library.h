/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The objects that were looked at, each once: shared by all programs and threads of one execution,
 * and, through the cache, by later ones.
 *
 * An object is opened first, which tells what the loader has to know, and analysed later: so a
 * program's objects can all be found before they are analysed side by side.
 */

#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "binary/summary.h"
#include "program/call-index.h"
#include "program/symbol-table.h"

/*
 * Where summaries are kept between executions; src/store has one. Both functions are called by
 * one thread at a time. `load` returns 0 and the packed summary (to be freed), or -ENOENT; `save`
 * returns 0 or -errno. A failure of either costs time only: the object is analysed (again).
 *
 * Besides the summaries under the objects' identities there is a summary without functions for each
 * file, under "file:" and what stat(2) tells of it: so a file that did not change need not be read.
 */
struct summary_cache {
        int (*load)(void *context, const char *identity, void **ret, size_t *ret_size);
        int (*save)(void *context, const char *identity, const char *path, const void *data,
                size_t size);
        void *context;
};

struct library;

/* `cache` may be NULL: none. It must outlive the library. NULL when out of memory. */
struct library *library_new(const struct summary_cache *cache);
/* Accepts NULL, returns NULL. No summary of it may be in use. */
struct library *library_free(struct library *library);
DEFINE_CLEANUP(struct library *, library_free)
#define CLEANUP_LIBRARY CLEANUP(library_freep)

/* What the loader has to know; all of it belongs to the library. */
struct library_head {
        enum abi abi;
        enum object_kind kind;
        char *interpreter, *soname, *rpath, *runpath; /* NULL: none */
        char **needed;                                /* NULL: none */
        bool no_default_libraries;
};

/* One file. */
struct library_object {
        dev_t device;
        ino_t inode;
        uint64_t size; /* bytes */
        const struct library_head *head;
        struct library_content *content; /* of the library: what files of equal contents share */
};

/*
 * Opens the file at `path`: known already (the same device, inode, size and time), or read now.
 * Returns 0, what object_open() returns, or -errno of stat(2).
 */
int library_open(struct library *library, const char *path, const struct library_object **ret,
        struct error *error);

/* The same only where that reads no file, since the library or the cache knows it; -ENOENT
 * otherwise. */
int library_open_known(
        struct library *library, const char *path, const struct library_object **ret);

/*
 * The summary of an opened object: known already, from the cache (the same identity), or analysed
 * now. Where another thread is just about it, waits. Summary and table belong to the library, and
 * stay until as many library_release() have been called. `ret_symbols` may be NULL. Returns 0, what
 * object_open() and object_analyse() return, or -ESTALE for a file that has changed meanwhile.
 */
int library_summary(struct library *library, const struct library_object *object,
        const struct summary **ret, const struct symbol_table **ret_symbols, struct error *error);

/* True while another thread analyses the object: whoever has another one to look at does that
 * first. */
bool library_is_busy(struct library *library, const struct library_object *object);

/*
 * The facts of an object by what they are about, made when they are first asked for. Whoever asks
 * holds the summary (library_summary()); it stays as long. NULL when out of memory.
 */
const struct call_index *library_calls(
        struct library *library, const struct library_object *object);

/* A summary is not used any more. It may be needed again, so it is kept as long as not too much
 * memory is in use; an executable's is not. */
void library_release(struct library *library, const struct library_object *object);

/* Opens and gives the summary, which is never released. */
int library_get(
        struct library *library, const char *path, const struct summary **ret, struct error *error);

/* How many objects were analysed, and how many came from the cache, so far. */
struct library_figures {
        unsigned analysed, cached;
        uint64_t code; /* bytes of functions analysed */
};
struct library_figures library_figures(struct library *library);
