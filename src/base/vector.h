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

#include <stdbool.h>
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

/* Makes room for `wanted` elements in all; false when out of memory. */
bool vector_make_room(void **items, size_t *capacity, size_t wanted, size_t size);

#define vector_reserve(vector, wanted)                                             \
        vector_make_room((void **)&(vector)->items, &(vector)->capacity, (wanted), \
                sizeof(*(vector)->items))

#define vector_for_each(item, vector) \
        for ((item) = (vector)->items; (item) < (vector)->items + (vector)->count; (item)++)

/* Frees the array, not what the elements own. */
#define vector_clear(vector)                              \
        do {                                              \
                free((vector)->items);                    \
                (vector)->items = NULL;                   \
                (vector)->count = (vector)->capacity = 0; \
        } while (0)

/*
 * Where in a sorted array of `size` elements the first is for which `is_before` does not hold
 * (`size` where it holds for all): an expression of `element`, a pointer to one, that holds for
 * none behind one for which it does not. Compared are log2(size) of them.
 */
#define array_position(array, size, element, is_before)                          \
        ({                                                                       \
                size_t low_ = 0, high_ = (size);                                 \
                                                                                 \
                while (low_ < high_) {                                           \
                        size_t middle_ = low_ + (high_ - low_) / 2;              \
                        const __typeof__(*(array)) *element = (array) + middle_; \
                                                                                 \
                        if (is_before)                                           \
                                low_ = middle_ + 1;                              \
                        else                                                     \
                                high_ = middle_;                                 \
                }                                                                \
                low_;                                                            \
        })

#define vector_position(vector, element, is_before) \
        array_position((vector)->items, (vector)->count, element, is_before)
