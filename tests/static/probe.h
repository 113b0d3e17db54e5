/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Programs whose set of possible calls is known by construction. Each says in its head, in a line
 * "Calls:", which calls its own code can make; tests/static/fixtures.py reads that line. It may use
 * exit_group (from raw.h) and the probes of fixtures.py: calls that neither the loader nor the
 * start-up code of a C library makes, so that an answer can be told to be exact even where these
 * are part of the program. Probes get arguments which they refuse.
 */

#include "../oracle/raw.h"
#include "attributes.h"

#define probe(number) raw_call((number), -1, -1, -1, -1, -1, -1)

/* A function that makes one probe. */
#define FUNCTION(name, number)          \
        static NOINLINE long name(void) \
        {                               \
                return probe(number);   \
        }

/* A value that a compiler cannot know, and that is `value` when the program runs. */
#define opaque(value)                                      \
        ({                                                 \
                long opaque_value = (value);               \
                __asm__ volatile("" : "+r"(opaque_value)); \
                opaque_value;                              \
        })

/* Compilers call these for what is large. */
void *memcpy(void *to, const void *from, size_t size);
void *memcpy(void *to, const void *from, size_t size)
{
        void *place = to;

        __asm__ volatile("rep movsb" : "+D"(place), "+S"(from), "+c"(size)::"memory");
        return to;
}

void *memset(void *to, int value, size_t size);
void *memset(void *to, int value, size_t size)
{
        void *place = to;

        __asm__ volatile("rep stosb" : "+D"(place), "+c"(size) : "a"(value) : "memory");
        return to;
}
