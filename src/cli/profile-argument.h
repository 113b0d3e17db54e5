/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What verbs take where they want the profile of an operating system. */

#include "cli/database-arguments.h"
#include "profile/profile.h"
#include "store/store.h"

/* A sentence about it for --help. */
#define PROFILE_ARGUMENT_HELP                                                                 \
        "A profile is named as in the database (loupe os list), or by the path of a file or " \
        "source tree that loupe os import takes: anything with a slash in it, and what exists."

/*
 * The profile that the user named: one in the database, or, where `text` has a slash or is the name
 * of something that exists, what is read from that path. A name in the database comes before a file
 * of that name without a slash. `store` may be NULL: then there are only paths. Tells on standard
 * error of names in a file that are no calls. Returns 0 or -errno with a message.
 */
int profile_from_argument(
        struct store *store, const char *text, struct profile **ret, struct error *error);

/* The same for a verb that wants the database for nothing else: opened only for a name. */
int profile_from_arguments(const struct database_arguments *database, const char *text,
        struct profile **ret, struct error *error);

/*
 * Tells in one line on standard error which names of the profile's source are no calls, and what
 * was probably meant; nothing where there are none. Returns 0 or -ENOMEM.
 */
int profile_tell_unknown(const struct profile *profile);
