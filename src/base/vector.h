/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A growing array of any element type:
 *
 *     VECTOR(struct rule) rules = {};
 *     struct rule *rule = vector_add(&rules);      zeroed, or NULL when out of memory
 *     vector_for_each(rule, &rules) …
 *     vector_clear(&rules);
 *
 * Elements move when the array grows: keep indices, not pointers, across an add.
 */

#include <stddef.h>
#include <stdlib.h>

#define VECTOR(type)             \
        struct {                 \
                type *items;     \
                size_t count;    \
                size_t capacity; \
        }

/* Makes room for one more element of `size` bytes and zeroes it; NULL when out of memory. */
void *vector_grow(void **items, size_t *count, size_t *capacity, size_t size);

#define vector_add(vector)                                                                     \
        ((__typeof__((vector)->items))vector_grow((void **)&(vector)->items, &(vector)->count, \
                &(vector)->capacity, sizeof(*(vector)->items)))

#define vector_for_each(item, vector) \
        for ((item) = (vector)->items; (item) < (vector)->items + (vector)->count; (item)++)

/* Frees the array, not what the elements own. */
#define vector_clear(vector)                              \
        do {                                              \
                free((vector)->items);                    \
                (vector)->items = NULL;                   \
                (vector)->count = (vector)->capacity = 0; \
        } while (0)
