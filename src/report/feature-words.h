/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * How each feature of a catalogue is written in a result, and in which order: made once, since a
 * result may name each feature many thousand times.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "dataset/dataset.h"

enum feature_spelling {
        FEATURE_BY_NAME,
        FEATURE_BY_NUMBER, /* calls of the native ABI by number, others by name */
};

enum feature_notation {
        FEATURE_PLAIN,
        FEATURE_JSON, /* names in quotes and escaped */
        FEATURE_CSV,  /* names in quotes where they have to be */
};

struct feature_words;

/* Serves the features that the catalogue, which must outlive it, has now. Returns 0 or -ENOMEM. */
int feature_words_new(const struct catalogue *catalogue, enum feature_spelling spelling,
        enum feature_notation notation, struct feature_words **ret);

struct feature_words *feature_words_free(struct feature_words *words);
DEFINE_CLEANUP(struct feature_words *, feature_words_free)
#define CLEANUP_FEATURE_WORDS CLEANUP(feature_words_freep)

/* The word of a feature; belongs to `words`. `ret_length` may be NULL. */
const char *feature_word(const struct feature_words *words, unsigned feature, size_t *ret_length);

/* Of which kind the feature is. */
enum feature_kind feature_words_kind(const struct feature_words *words, unsigned feature);

/* Findings of one verdict after the other, in the order for people. */
struct verdict_lists {
        VECTOR(uint32_t)
        lists[VERDICT_COUNT]; /* numbers: native calls ascending, then the rest in
                                 feature order */
};

/* Replaces what the lists hold; they can be filled again and again. Returns 0 or -ENOMEM. */
int verdict_lists_fill(struct verdict_lists *lists, const struct feature_words *words,
        const struct findings *findings);

void verdict_lists_clear(struct verdict_lists *lists);
#define CLEANUP_VERDICT_LISTS CLEANUP(verdict_lists_clear)

/* That order, of two features: <0, 0, >0. */
int feature_words_compare(const struct feature_words *words, unsigned a, unsigned b);
