/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/vector.h"

#include <string.h>

void *vector_grow(void **items, size_t *count, size_t *capacity, size_t size)
{
        size_t wanted;
        void *moved;

        if (*count == *capacity) {
                wanted = *capacity ? *capacity * 2 : 8;
                moved = reallocarray(*items, wanted, size);
                if (!moved)
                        return NULL;
                *items = moved;
                *capacity = wanted;
        }
        memset((char *)*items + *count * size, 0, size);
        return (char *)*items + (*count)++ * size;
}

bool vector_make_room(void **items, size_t *capacity, size_t wanted, size_t size)
{
        void *moved;

        if (wanted <= *capacity)
                return true;
        moved = reallocarray(*items, wanted, size);
        if (!moved)
                return false;
        *items = moved;
        *capacity = wanted;
        return true;
}
