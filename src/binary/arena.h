/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Memory that is given out piece by piece and taken back all at once. */

#include <stddef.h>

struct arena_block;

struct arena {
        struct arena_block *first, *current; /* a list; those behind current are free */
        size_t used;                         /* bytes of the current one */
};

/* `size` bytes, aligned for anything, not zeroed, that stay until the next arena_reset(). NULL when
 * out of memory. */
void *arena_take(struct arena *arena, size_t size);

/* Takes all of it back, to be given out again. */
void arena_reset(struct arena *arena);

void arena_clear(struct arena *arena);
