/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Scope-bound cleanup. A variable marked CLEANUP(x_freep) is released when its
 * scope ends; ownership leaves the scope only through steal_pointer() or
 * steal_fd(), so every transfer is visible in the code.
 */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(function) __attribute__((cleanup(function)))

/* Defines x_freep(), the cleanup helper for a pointer released by x_free(). */
#define DEFINE_CLEANUP(type, function)                \
        static inline void function##p(type *pointer) \
        {                                             \
                if (*pointer)                         \
                        function(*pointer);           \
        }

static inline void freep(void *pointer)
{
        free(*(void **)pointer);
}

static inline void closep(int *fd)
{
        if (*fd >= 0)
                close(*fd);
}

static inline void fclosep(FILE **file)
{
        if (*file)
                fclose(*file);
}

#define CLEANUP_FREE   CLEANUP(freep)
#define CLEANUP_CLOSE  CLEANUP(closep)
#define CLEANUP_FCLOSE CLEANUP(fclosep)

/* Takes the value out of `variable`, leaving NULL, so that its cleanup does nothing. */
#define steal_pointer(variable)                                  \
        ({                                                       \
                __typeof__(variable) *steal_from_ = &(variable); \
                __typeof__(variable) stolen_ = *steal_from_;     \
                *steal_from_ = NULL;                             \
                stolen_;                                         \
        })

/* Takes the descriptor out of `*fd`, leaving -1. */
static inline int steal_fd(int *fd)
{
        int stolen = *fd;

        *fd = -1;
        return stolen;
}

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
