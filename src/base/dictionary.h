/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Words and their numbers: each different word gets the next number, from 0 on, so that what is
 * known of it can stand in an array. Adding and finding take constant time on average.
 *
 *     CLEANUP(dictionary_clear) struct dictionary dictionary = {};
 *     int number = dictionary_add(&dictionary, text, size);
 */

#include <stddef.h>
#include <stdint.h>

#include "base/vector.h"

struct dictionary {
        VECTOR(char *) words;  /* by number; each belongs to the dictionary and never moves */
        VECTOR(size_t) hashes; /* of the words */
        VECTOR(char *) blocks; /* that hold the words */
        size_t block_free;     /* bytes in the last block */
        uint32_t *slots;       /* by hash: the number + 1, or 0; the next slot where it is taken */
        size_t slot_count;     /* a power of two, above 4/3 of the words; or 0 */
};

void dictionary_clear(struct dictionary *dictionary);

/* The number of the word of `size` bytes, without a NUL, which is copied where it is new. 0 or
 * more, or -ENOMEM. */
int dictionary_add(struct dictionary *dictionary, const char *word, size_t size);

/* The number of the word, or -ENOENT. */
int dictionary_find(const struct dictionary *dictionary, const char *word);

static inline const char *dictionary_word(const struct dictionary *dictionary, unsigned number)
{
        return dictionary->words.items[number];
}
