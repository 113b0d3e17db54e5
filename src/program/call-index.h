/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Who calls a function, lets its address go, or stores to a word: the facts of one object turned
 * round. Whether the functions that hold those facts are reached is not looked at.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "binary/summary.h"

/* A fact and the function it belongs to. */
struct call_edge {
        uint32_t function;
        uint32_t fact; /* in summary.facts */
};

struct call_index;

struct call_index *call_index_new(const struct summary *summary); /* NULL when out of memory */
struct call_index *call_index_free(struct call_index *index);     /* accepts NULL, returns NULL */

/* About how much memory it takes. */
size_t call_index_bytes(const struct call_index *index);

/* The calls and lettings go (FACT_CALL, FACT_TAKE) of function `function`. */
const struct call_edge *call_index_function(
        const struct call_index *index, uint32_t function, size_t *ret_count);

/* The calls and lettings go (FACT_CALL_IMPORT, FACT_TAKE_IMPORT) of import `import`. */
const struct call_edge *call_index_import(
        const struct call_index *index, uint32_t import, size_t *ret_count);

/* The stores (FACT_STORE) to addresses in [from, to). */
const struct call_edge *call_index_stores(
        const struct call_index *index, uint64_t from, uint64_t to, size_t *ret_count);
