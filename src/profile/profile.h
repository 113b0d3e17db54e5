/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What an operating system offers: for each feature whether it is supported, in what manner, and
 * where that is written.
 *
 * Profiles are read from plain lists, tables, and straight from the sources of operating systems;
 * each format is one file, read-NAME.c, and a row in format.c.
 */

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/vector.h"
#include "feature/feature.h"

/* From the least to the most. */
enum support {
        SUPPORT_MISSING, /* as good as not there: ENOSYS */
        SUPPORT_STUB,    /* there, and fails always */
        SUPPORT_FAKE,    /* there, reports success and does nothing */
        SUPPORT_PARTIAL, /* works for some arguments */
        SUPPORT_FULL,
        SUPPORT_COUNT,
};

/* "missing", "stub", "fake", "partial", "supported" */
const char *support_name(enum support support);

/* The inverse, in any case. Returns 0, or -EINVAL with a message that lists the words. */
int support_parse(const char *word, enum support *ret, struct error *error);

struct profile_entry {
        struct feature feature;
        enum support support;
        int errnum;    /* what it fails with where it is a stub or missing; 0: not told, ENOSYS */
        char *file;    /* where it is written, relative to the source; NULL: unknown */
        unsigned line; /* in it, from 1 on; 0: unknown */
        char *note;    /* what the source says further: flags that work, a comment; NULL: nothing */
};

/* A name in the source that is no call of Linux on this architecture. */
struct profile_unknown {
        char *name;
        char *file;
        unsigned line;
};

struct profile {
        char *name;                           /* "Kerla" */
        const char *format;                   /* a word of the table of formats: "list", "gvisor" */
        char *source;                         /* the path it was read from */
        VECTOR(struct profile_entry) entries; /* in feature order, none twice */
        VECTOR(struct profile_unknown) unknown; /* in the order of the source, no name twice */
        size_t repeated; /* statements about what another one is about too; they are left out */
};

struct profile *profile_new(void);
struct profile *profile_free(struct profile *profile);
DEFINE_CLEANUP(struct profile *, profile_free)
#define CLEANUP_PROFILE CLEANUP(profile_freep)

/*
 * Adds what the source says of a call by its name, or of any feature whose name has a colon
 * ("fcntl:F_SETFL"): to `entries` where Linux has such a one, to `unknown` where not. `file`,
 * `note` may be NULL; all are copied. Of two statements about one feature the stronger support
 * stays. profile_finish() is due before the entries are read. Returns 0 or -ENOMEM.
 */
int profile_add(struct profile *profile, const char *name, enum support support, const char *file,
        unsigned line, const char *note);

/* The same of any feature. */
int profile_add_feature(struct profile *profile, const struct feature *feature,
        enum support support, const char *file, unsigned line, const char *note);

/* The same with all that an entry can tell; and of a feature by its name, the entry's left out. */
int profile_add_entry(struct profile *profile, const struct profile_entry *entry);
int profile_add_statement(
        struct profile *profile, const char *name, const struct profile_entry *statement);

/* Sorts the entries and merges those of one feature, and unknown names. Returns 0 or -ENOMEM. */
int profile_finish(struct profile *profile);

/* The entry of a feature, or NULL. The profile is finished. */
const struct profile_entry *profile_find(
        const struct profile *profile, const struct feature *feature);

/* How many calls of the native ABI have that support. */
size_t profile_count(const struct profile *profile, enum support support);

/* The call of the native ABI that was probably meant by a name that is none, or NULL. */
const char *profile_nearest_call(const char *name);
