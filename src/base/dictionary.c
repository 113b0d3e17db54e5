/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/dictionary.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#define BLOCK_SIZE (64u << 10)

/* FNV-1a (Fowler, Noll, Vo), 64 bits; its lowest bits depend on all others only after a fold. */
static size_t hash(const char *word, size_t size)
{
        uint64_t value = UINT64_C(0xcbf29ce484222325);

        for (size_t i = 0; i < size; i++)
                value = (value ^ (unsigned char)word[i]) * UINT64_C(0x100000001b3);
        return value ^ value >> 32;
}

static bool is_word(const struct dictionary *dictionary, uint32_t number, size_t hashed,
        const char *word, size_t size)
{
        const char *other = dictionary->words.items[number];

        return dictionary->hashes.items[number] == hashed && strncmp(other, word, size) == 0 &&
               other[size] == '\0';
}

/* The slot that has the word, or the free one where it belongs. There are slots. */
static uint32_t *find_slot(
        const struct dictionary *dictionary, size_t hashed, const char *word, size_t size)
{
        size_t mask = dictionary->slot_count - 1;
        size_t place = hashed & mask;

        while (dictionary->slots[place] &&
                !is_word(dictionary, dictionary->slots[place] - 1, hashed, word, size))
                place = (place + 1) & mask;
        return &dictionary->slots[place];
}

/* Twice as many slots. */
static int grow(struct dictionary *dictionary)
{
        size_t count = dictionary->slot_count ? dictionary->slot_count * 2 : 64;
        uint32_t *slots = calloc(count, sizeof(*slots));
        size_t place;

        if (!slots)
                return -ENOMEM;
        for (size_t i = 0; i < dictionary->words.count; i++) {
                for (place = dictionary->hashes.items[i] & (count - 1); slots[place];)
                        place = (place + 1) & (count - 1);
                slots[place] = i + 1;
        }
        free(dictionary->slots);
        dictionary->slots = slots;
        dictionary->slot_count = count;
        return 0;
}

/* A copy of the word in one of the blocks; NULL when out of memory. */
static char *keep(struct dictionary *dictionary, const char *word, size_t size)
{
        size_t block_size = size + 1 > BLOCK_SIZE ? size + 1 : BLOCK_SIZE;
        char **block, *kept;

        if (dictionary->block_free < size + 1) {
                block = vector_add(&dictionary->blocks);
                if (!block)
                        return NULL;
                *block = malloc(block_size);
                if (!*block) {
                        dictionary->blocks.count--;
                        return NULL;
                }
                dictionary->block_free = block_size;
        }
        /* Filled from the end on, so that the size of the block need not be known. */
        dictionary->block_free -= size + 1;
        kept = dictionary->blocks.items[dictionary->blocks.count - 1] + dictionary->block_free;
        memcpy(kept, word, size);
        kept[size] = '\0';
        return kept;
}

int dictionary_add(struct dictionary *dictionary, const char *word, size_t size)
{
        size_t hashed = hash(word, size), *added_hash;
        uint32_t *slot;
        char *kept, **added;

        if (dictionary->words.count >= INT_MAX)
                return -ENOMEM;
        if ((dictionary->words.count + 1) * 4 > dictionary->slot_count * 3 && grow(dictionary) < 0)
                return -ENOMEM;
        slot = find_slot(dictionary, hashed, word, size);
        if (*slot)
                return *slot - 1;
        kept = keep(dictionary, word, size);
        added_hash = kept ? vector_add(&dictionary->hashes) : NULL;
        added = added_hash ? vector_add(&dictionary->words) : NULL;
        if (!added) {
                dictionary->hashes.count = dictionary->words.count;
                return -ENOMEM;
        }
        *added_hash = hashed;
        *added = kept;
        *slot = dictionary->words.count;
        return dictionary->words.count - 1;
}

int dictionary_find(const struct dictionary *dictionary, const char *word)
{
        size_t size = strlen(word);
        uint32_t number;

        if (dictionary->slot_count == 0)
                return -ENOENT;
        number = *find_slot(dictionary, hash(word, size), word, size);
        return number ? (int)number - 1 : -ENOENT;
}

void dictionary_clear(struct dictionary *dictionary)
{
        char **block;

        vector_for_each(block, &dictionary->blocks)
                free(*block);
        vector_clear(&dictionary->blocks);
        vector_clear(&dictionary->words);
        vector_clear(&dictionary->hashes);
        free(dictionary->slots);
        *dictionary = (struct dictionary){};
}
