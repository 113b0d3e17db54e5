/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The formats that sets are exported in, one file each. */

#include <stdio.h>

#include "base/error.h"
#include "export/set.h"
#include "profile/profile.h"

struct export_request {
        const struct export_set *set;
        enum export_allow allow;
        bool features;          /* also sub-features, where the format has a word for them */
        bool others_allowed;    /* filters: calls that nobody was seen to make pass */
        bool no_new_privileges; /* the container's process has no_new_privs (OCI) */
        const char *name;       /* what to call it where the format wants a name */
        const struct profile *libraries; /* Unikraft: what brings a call; entries need not be
                                            finished */
};

/* What is worth telling about an export: a list of sentences, which the caller owns. */
struct export_notes {
        char **lines;
};

/* Adds a sentence. Returns 0 or -ENOMEM. */
int export_note(struct export_notes *notes, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

void export_notes_clear(struct export_notes *notes);
#define CLEANUP_EXPORT_NOTES CLEANUP(export_notes_clear)

struct export_format {
        const char *name;        /* "oci": the option's name */
        enum export_allow allow; /* unless told otherwise */
        /* Writes the set. Returns 0 or -errno. */
        int (*write)(
                const struct export_request *request, FILE *stream, struct export_notes *notes);
};

enum export_format_id {
        EXPORT_OCI,
        EXPORT_KUBERNETES,
        EXPORT_SYSTEMD,
        EXPORT_OSV,
        EXPORT_ASTERINAS,
        EXPORT_UNIKRAFT,
        EXPORT_C_HEADER,
        EXPORT_CSV,
        EXPORT_FORMAT_COUNT,
};

/* In the order of enum export_format_id. */
extern const struct export_format export_formats[EXPORT_FORMAT_COUNT];

/* What formats have in common. */

/* How a format can say that a call is faked. */
enum fake_power {
        FAKE_NEVER, /* not at all */
        FAKE_ZERO,  /* where the call reports success by 0 */
        FAKE_ANY,
};

/* What becomes of the item in a format: what it cannot fake is implemented. */
enum treatment export_treatment_in(const struct export_request *request,
        const struct export_item *item, enum fake_power power);

/*
 * Adds the note that calls should be faked, which this format cannot say, and so are implemented;
 * none where there are none. `done` is what is done instead: "are allowed". Returns 0 or -ENOMEM.
 */
int export_note_fakes(const struct export_request *request, enum fake_power power, const char *done,
        struct export_notes *notes);

/* Adds the note that calls of other ABIs than the native one are left out; none where there are
 * none. Returns 0 or -ENOMEM. */
int export_note_abis(const struct export_request *request, struct export_notes *notes);

/* True where the item is a call of the native ABI. */
bool export_is_native_call(const struct export_item *item);

/*
 * The set as comments for people: what was exported, and how; each line begins with `prefix`
 * ("# "). Control characters in names become question marks.
 */
void export_write_origin(const struct export_request *request, const char *prefix, FILE *stream);

/*
 * The libraries of a Unikraft source tree, with all that each of them brings, for a request; the
 * profile is not finished, as that would keep one library for each call. Owned by the caller.
 * Returns 0 or -errno with a message.
 */
int export_libraries_read(const char *path, struct profile **ret, struct error *error);

/* True where the profile says which options bring calls: it is from a Unikraft source tree. */
bool export_has_libraries(const struct profile *profile);

/* One file each. */
int export_oci(const struct export_request *request, FILE *stream, struct export_notes *notes);
int export_kubernetes(
        const struct export_request *request, FILE *stream, struct export_notes *notes);
int export_systemd(const struct export_request *request, FILE *stream, struct export_notes *notes);
int export_osv(const struct export_request *request, FILE *stream, struct export_notes *notes);
int export_asterinas(
        const struct export_request *request, FILE *stream, struct export_notes *notes);
int export_unikraft(const struct export_request *request, FILE *stream, struct export_notes *notes);
int export_c_header(const struct export_request *request, FILE *stream, struct export_notes *notes);
int export_csv(const struct export_request *request, FILE *stream, struct export_notes *notes);
