/* SPDX-License-Identifier: BSD-3-Clause */
#include "binary/arena.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define BLOCK_BYTES ((size_t)256 << 10)

struct arena_block {
        struct arena_block *next;
        size_t size;
        _Alignas(max_align_t) unsigned char bytes[];
};

static struct arena_block *block_new(size_t size)
{
        struct arena_block *block;

        if (size < BLOCK_BYTES)
                size = BLOCK_BYTES;
        block = malloc(sizeof(*block) + size);
        if (block) {
                block->next = NULL;
                block->size = size;
        }
        return block;
}

void *arena_take(struct arena *arena, size_t size)
{
        struct arena_block **link = arena->current ? &arena->current->next : &arena->first;
        void *taken;

        if (size > SIZE_MAX / 2)
                return NULL;
        size = (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
        if (!arena->current || arena->current->size - arena->used < size) {
                if (!*link || (*link)->size < size) {
                        struct arena_block *block = block_new(size);

                        if (!block)
                                return NULL;
                        block->next = *link;
                        *link = block;
                }
                arena->current = *link;
                arena->used = 0;
        }
        taken = arena->current->bytes + arena->used;
        arena->used += size;
        return taken;
}

void arena_reset(struct arena *arena)
{
        arena->current = NULL;
        arena->used = 0;
}

void arena_clear(struct arena *arena)
{
        while (arena->first) {
                struct arena_block *next = arena->first->next;

                free(arena->first);
                arena->first = next;
        }
        arena_reset(arena);
}
