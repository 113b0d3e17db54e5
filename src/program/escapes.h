/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Which global variables are written by nobody but the stores that summaries tell of: those whose
 * address nobody let go.
 */

#include <stdint.h>

#include "program/reach-state.h"

struct escapes;

struct escapes *escapes_new(const struct reach_state *state); /* NULL when out of memory */
struct escapes *escapes_free(struct escapes *escapes);        /* accepts NULL, returns NULL */

/* True where reached code or data lets the address go, or where other objects know the variable by
 * name; or -ENOMEM. Asks what is reached when it is first asked about an object. */
int escapes_covers(struct escapes *escapes, uint32_t object, uint64_t address);

/*
 * The same for a word that code reads and writes by its own address, which is no part of a symbol's
 * data: only its own address counts. What is let go before it may or may not be of one piece with
 * it; doc/STATIC.md says what is assumed.
 */
int escapes_covers_word(struct escapes *escapes, uint32_t object, uint64_t address);
