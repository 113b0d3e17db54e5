/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Profiles of operating systems in the database. */

#include "profile/profile.h"
#include "store/store.h"

/* Stores the profile; one of the same name is replaced. Returns 0 or -errno. */
int store_add_profile(struct store *store, const struct profile *profile, struct error *error);

/*
 * The profile of that name; upper and lower case are the same where only one fits. Returns 0, or
 * -ENOENT with a message that suggests the nearest, or -errno.
 */
int store_find_profile(
        struct store *store, const char *name, struct profile **ret, struct error *error);

/* The names of all, sorted, ended by NULL, owned by the caller. Returns 0 or -errno. */
int store_list_profiles(struct store *store, char ***ret, struct error *error);
