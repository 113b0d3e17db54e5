/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Results of `loupe static` on their way to the database. */

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/static-run.h"
#include "store/store.h"

struct static_store;

/* `store` must outlive it. NULL when out of memory. */
struct static_store *static_store_new(struct store *store);

/* Keeps what is to be stored until there is enough for a transaction, which it then makes: who is
 * interrupted keeps what was found out long before. Refusals and libraries are passed over. Returns
 * 0 or -errno. */
int static_store_keep(
        struct static_store *results, const struct static_outcome *outcome, struct error *error);

/* What became of all that was kept. */
struct static_store_report {
        size_t stored;
        size_t new;
        size_t different; /* of those: something else was known before */
};

/* Stores what is still kept; `ret` tells of all results. Returns 0 or -errno. */
int static_store_commit(
        struct static_store *results, struct static_store_report *ret, struct error *error);

/* Accepts NULL, returns NULL. */
struct static_store *static_store_free(struct static_store *results);
DEFINE_CLEANUP(struct static_store *, static_store_free)
#define CLEANUP_STATIC_STORE CLEANUP(static_store_freep)
