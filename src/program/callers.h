/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Who calls a function, in whatever object, by its number or by its name. */

#include "program/call-index.h"
#include "program/reach-state.h"

/* Calls `edge` for each reached fact that calls function `function` of `object` or lets it go;
 * what it returns below 0 ends it and is returned. */
int callers_each(struct reach_state *state, uint32_t object, uint32_t function,
        int (*edge)(void *context, struct origin from, const struct fact *fact), void *context);

/* The facts of an object by what they are about; NULL when out of memory. */
const struct call_index *callers_index(struct reach_state *state, uint32_t object);

/* The value that a fact hands over in a place, or 0: not known. */
uint32_t fact_argument(const struct summary *summary, const struct fact *fact, uint8_t place);
