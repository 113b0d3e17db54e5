/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Which of many words was probably meant by one that is none of them:
 *
 *     struct nearest nearest = {.wanted = "raed"};
 *     for each known word: nearest_consider(&nearest, word);
 *     if (nearest.word) suggest it
 */

struct nearest {
        const char *wanted;
        const char
                *word; /* the nearest so far, the first of equals; NULL while none is near enough */
        unsigned distance; /* of `word`: letters to insert, delete, replace or swap with the next */
};

/* Takes `word`, which must outlive `nearest`, if it is nearer than what was seen before. */
void nearest_consider(struct nearest *nearest, const char *word);
