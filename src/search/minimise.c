/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/minimise.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static size_t count_members(const bool *members, size_t size)
{
        size_t count = 0;

        for (size_t i = 0; i < size; i++)
                count += members[i];
        return count;
}

/*
 * Writes the candidates of one round: the `parts` chunks of the set, then their complements. With
 * two parts the complements are the chunks again, and left out. Returns how many.
 */
static size_t make_candidates(
        const bool *members, size_t size, size_t total, size_t parts, bool *const *ret)
{
        size_t count = parts == 2 ? 2 : 2 * parts, position = 0;

        for (size_t i = 0; i < size; i++) {
                size_t part = members[i] ? position * parts / total : 0;

                for (size_t candidate = 0; candidate < count; candidate++) {
                        bool inside =
                                candidate < parts ? part == candidate : part != candidate - parts;

                        ret[candidate][i] = members[i] && inside;
                }
                position += members[i];
        }
        return count;
}

/* One round at a granularity. Returns the first candidate that fails in `*ret`, or `count` for
 * none. */
static int try_round(bool *members, size_t size, size_t total, size_t parts,
        minimise_function fails, void *context, size_t *ret, struct error *error)
{
        size_t count = 2 * parts;
        CLEANUP_FREE bool *storage = calloc(count * size, sizeof(bool));
        CLEANUP_FREE bool **candidates = calloc(count, sizeof(bool *));
        CLEANUP_FREE bool *results = calloc(count, sizeof(bool));
        int r;

        if (!storage || !candidates || !results)
                return error_errno(error, ENOMEM, "looking for a minimal set");
        for (size_t i = 0; i < count; i++)
                candidates[i] = storage + i * size;
        count = make_candidates(members, size, total, parts, candidates);
        r = fails(candidates, count, size, results, context, error);
        if (r != 0)
                return r;
        *ret = SIZE_MAX;
        for (size_t i = 0; i < count && *ret == SIZE_MAX; i++)
                if (results[i])
                        *ret = i;
        if (*ret != SIZE_MAX)
                memcpy(members, candidates[*ret], size * sizeof(bool));
        return 0;
}

int minimise(
        bool *members, size_t size, minimise_function fails, void *context, struct error *error)
{
        size_t total = count_members(members, size), parts = 2, failing = SIZE_MAX;
        int r;

        while (total >= 2) {
                r = try_round(members, size, total, parts, fails, context, &failing, error);
                if (r != 0)
                        return r;
                total = count_members(members, size);
                if (failing < parts)
                        parts = 2; /* one chunk suffices: start over in it */
                else if (failing != SIZE_MAX)
                        parts = parts > 2 ? parts - 1 : 2; /* it can do without one chunk */
                else if (parts < total)
                        parts = 2 * parts < total ? 2 * parts : total;
                else
                        break;
                if (parts > total)
                        parts = total;
        }
        return 0;
}
