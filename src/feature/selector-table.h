/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What the generated tables (data/features/) offer to selector.c: the way from a call to its
 * selectors; and the words in which they are written. For nobody else.
 */

#include "feature/selector.h"

struct selector_list {
        const struct selector *selectors;
        size_t count;
};

/* By ABI and the call's place in syscall_table; NULL where a call is not divided. */
extern const struct selector_list *const *const selector_index[ABI_COUNT];

/* What follows is for the generated files. They include no header of the C library that they do not
 * ask for: many of them contradict the kernel's. */
#define SELECTOR_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The words of the values; headers write some of 32 bits as negative numbers. */
#define SELECTOR_WORD_32(value)          ((uint64_t)(uint32_t)(value))
#define SELECTOR_WORD_64(value)          ((uint64_t)(value))
#define SELECTOR_WORD_PAIR(upper, lower) (SELECTOR_WORD_32(upper) << 32 | SELECTOR_WORD_32(lower))

#define SELECTOR_FITS_32(value) \
        ((long long)(value) >= INT32_MIN && (long long)(value) <= UINT32_MAX)
