/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The names that an object exports, by hash: a program looks each of its imports up in many. */

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "binary/summary.h"

struct symbol_table;

/* The hash of a name, for symbol_table_find(). */
uint32_t symbol_hash(const char *name);

/* `summary` must outlive the table. NULL when out of memory. */
struct symbol_table *symbol_table_new(const struct summary *summary);
/* Accepts NULL, returns NULL. */
struct symbol_table *symbol_table_free(struct symbol_table *table);
DEFINE_CLEANUP(struct symbol_table *, symbol_table_free)
#define CLEANUP_SYMBOL_TABLE CLEANUP(symbol_table_freep)

/* The exports of that name, in whatever version: the first, and `*ret_count`; NULL: none. */
const struct summary_symbol *symbol_table_find(
        const struct symbol_table *table, const char *name, uint32_t hash, size_t *ret_count);
