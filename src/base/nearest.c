/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/nearest.h"

#include <string.h>

/* Longer words than this are not compared: no name that people type is. */
#define LENGTH_MAX 63

static unsigned minimum(unsigned a, unsigned b)
{
        return a < b ? a : b;
}

/* The optimal string alignment distance: Levenshtein's, with the swap of two neighbours as one
 * step. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
        /* Rows of the matrix for the letters i - 2, i - 1 and i of `a`. */
        unsigned rows[3][LENGTH_MAX + 1];
        unsigned *before = rows[0], *previous = rows[1], *current = rows[2], *recycled;

        for (size_t j = 0; j <= b_length; j++)
                previous[j] = j;
        for (size_t i = 1; i <= a_length; i++) {
                current[0] = i;
                for (size_t j = 1; j <= b_length; j++) {
                        current[j] = minimum(minimum(previous[j], current[j - 1]) + 1,
                                previous[j - 1] + (a[i - 1] != b[j - 1]));
                        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                                current[j] = minimum(current[j], before[j - 2] + 1);
                }
                recycled = before;
                before = previous;
                previous = current;
                current = recycled;
        }
        return previous[b_length];
}

void nearest_consider(struct nearest *nearest, const char *word)
{
        size_t wanted_length = strlen(nearest->wanted), length = strlen(word);
        unsigned limit, found;

        if (wanted_length > LENGTH_MAX || length > LENGTH_MAX)
                return;
        /* One letter in three may be wrong, but never all of them. */
        limit = nearest->word ? nearest->distance : minimum((wanted_length + 5) / 3, wanted_length);
        found = distance(nearest->wanted, wanted_length, word, length);
        if (found < limit) {
                nearest->word = word;
                nearest->distance = found;
        }
}
