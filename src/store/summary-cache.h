/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The packed summaries of objects in the database (table object_summary): what static analysis
 * found out about a file stays, so that libc is analysed once.
 *
 * They are no results. Whatever goes wrong with them costs time only; losing the last ones with the
 * power does too, so that nothing waits for the disk. Several processes may use them at once.
 */

#include "program/library.h"
#include "store/store.h"

/* Bytes of all summaries; the least recently used are dropped where they become more. Space in the
 * file is used again. */
#define SUMMARY_CACHE_SIZE (UINT64_C(512) << 20)

/*
 * Gives the functions and the context for library_new(), which stay until the store is closed. A
 * store that only reads has a cache that does. Returns 0, or -errno where there can be none:
 * -ENOTSUP for an older database that is only read.
 */
int store_summary_cache(struct store *store, struct summary_cache *ret);

/* The same with another size, for tests. */
int store_summary_cache_of_size(struct store *store, uint64_t size, struct summary_cache *ret);

struct summary_cache_state;

/* Accepts NULL, returns NULL. For store_close(). */
struct summary_cache_state *summary_cache_state_free(struct summary_cache_state *state);
