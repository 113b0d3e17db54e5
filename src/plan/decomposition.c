/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/decomposition.h"

/*
 * The densest closures one after the other are the corners of a curve, the highest weight that each
 * cost can buy. Both ends of a part of it being known, the ratio between them either shows a
 * closure above the straight line, which divides the part, or that there is none (Eisner and
 * Severance 1976). So twice as many flows as there are blocks are enough, most of them through
 * small networks.
 *
 * Sidney (1975) showed it for one machine and any precedence; Lawler (1978) named the flows. Where
 * several closures are equally dense, any of them can come first; we take the least, for small
 * blocks can be ordered best: flow_components() tells them all.
 */

#include <errno.h>
#include <string.h>

/* A part that still is to be divided: places in the lists of the decomposition. */
struct stretch {
        size_t group_start, group_count;
        size_t feature_start, feature_count;
};

struct work {
        const struct needs *needs;
        struct decomposition *decomposition;
        struct closure_search *search;
        VECTOR(struct stretch) stretches; /* the next one is the last */
        uint32_t *group_pieces, *feature_pieces;
        size_t *counts;   /* of what is sorted, by piece */
        uint32_t *sorted; /* groups or features */
};

static void work_clear(struct work *work)
{
        vector_clear(&work->stretches);
        free(work->group_pieces);
        free(work->feature_pieces);
        free(work->counts);
        free(work->sorted);
}

struct decomposition *decomposition_free(struct decomposition *decomposition)
{
        if (!decomposition)
                return NULL;
        vector_clear(&decomposition->blocks);
        free(decomposition->groups);
        free(decomposition->features);
        free(decomposition);
        return NULL;
}

static int add_block(struct work *work, const struct stretch *stretch)
{
        struct block *block = vector_add(&work->decomposition->blocks);
        const uint32_t *groups = work->decomposition->groups + stretch->group_start;
        const uint32_t *features = work->decomposition->features + stretch->feature_start;

        if (!block)
                return -ENOMEM;
        *block = (struct block){
                .group_start = stretch->group_start,
                .group_count = stretch->group_count,
                .feature_start = stretch->feature_start,
                .feature_count = stretch->feature_count,
        };
        for (size_t i = 0; i < stretch->group_count; i++)
                block->weight += work->needs->weights[groups[i]];
        for (size_t i = 0; i < stretch->feature_count; i++)
                block->cost += work->needs->costs[features[i]];
        return 0;
}

/* Sorts by piece, and leaves in `counts` where each piece ends. */
static void sort_by_piece(struct work *work, uint32_t *items, const uint32_t *pieces, size_t count,
        size_t piece_count)
{
        size_t sum = 0, size;

        memset(work->counts, 0, piece_count * sizeof(*work->counts));
        for (size_t i = 0; i < count; i++)
                work->counts[pieces[i]]++;
        for (size_t i = 0; i < piece_count; i++) {
                size = work->counts[i];
                work->counts[i] = sum;
                sum += size;
        }
        for (size_t i = 0; i < count; i++)
                work->sorted[work->counts[pieces[i]]++] = items[i];
        memcpy(items, work->sorted, count * sizeof(*items));
}

/* The pieces become stretches, the first of them on top. */
static int push_pieces(struct work *work, const struct stretch *whole, size_t piece_count)
{
        size_t first = work->stretches.count, end;
        struct stretch *stretch;

        for (size_t i = 0; i < piece_count; i++)
                if (!vector_add(&work->stretches))
                        return -ENOMEM;
        stretch = work->stretches.items + first;
        sort_by_piece(work, work->decomposition->groups + whole->group_start, work->group_pieces,
                whole->group_count, piece_count);
        for (size_t i = 0, start = 0; i < piece_count; i++, start = end) {
                end = work->counts[i];
                stretch[piece_count - 1 - i].group_start = whole->group_start + start;
                stretch[piece_count - 1 - i].group_count = end - start;
        }
        sort_by_piece(work, work->decomposition->features + whole->feature_start,
                work->feature_pieces, whole->feature_count, piece_count);
        for (size_t i = 0, start = 0; i < piece_count; i++, start = end) {
                end = work->counts[i];
                stretch[piece_count - 1 - i].feature_start = whole->feature_start + start;
                stretch[piece_count - 1 - i].feature_count = end - start;
        }
        return 0;
}

static bool has_weight(const struct work *work, const struct stretch *stretch)
{
        for (size_t i = 0; i < stretch->group_count; i++)
                if (work->needs->weights[work->decomposition->groups[stretch->group_start + i]])
                        return true;
        return false;
}

/* Takes the next stretch, and makes blocks or smaller stretches of it. */
static int divide_next(struct work *work)
{
        struct stretch stretch = work->stretches.items[--work->stretches.count];
        struct closure_part part = {
                .needs = work->needs,
                .groups = work->decomposition->groups + stretch.group_start,
                .features = work->decomposition->features + stretch.feature_start,
                .group_count = stretch.group_count,
                .feature_count = stretch.feature_count,
        };
        size_t before = work->stretches.count;
        ssize_t pieces;
        bool even;
        int r;

        if (stretch.group_count < 2 || !stretch.feature_count || !has_weight(work, &stretch))
                return add_block(work, &stretch);
        pieces = closure_divide(
                work->search, &part, work->group_pieces, work->feature_pieces, &even);
        if (pieces < 0)
                return (int)pieces;
        r = push_pieces(work, &stretch, (size_t)pieces);
        if (r < 0 || !even)
                return r;
        while (r >= 0 && work->stretches.count > before)
                r = add_block(work, &work->stretches.items[--work->stretches.count]);
        return r;
}

static int allocate(struct work *work, const struct closure_part *part)
{
        struct decomposition *decomposition = work->decomposition;
        size_t groups = part->group_count, features = part->feature_count;

        decomposition->groups = calloc(groups + 1, sizeof(*decomposition->groups));
        decomposition->features = calloc(features + 1, sizeof(*decomposition->features));
        work->group_pieces = calloc(groups + 1, sizeof(*work->group_pieces));
        work->feature_pieces = calloc(features + 1, sizeof(*work->feature_pieces));
        work->counts = calloc(groups + features + 2, sizeof(*work->counts));
        work->sorted = calloc(groups + features + 1, sizeof(*work->sorted));
        if (!decomposition->groups || !decomposition->features || !work->group_pieces ||
                !work->feature_pieces || !work->counts || !work->sorted)
                return -ENOMEM;
        memcpy(decomposition->groups, part->groups, groups * sizeof(*part->groups));
        memcpy(decomposition->features, part->features, features * sizeof(*part->features));
        return 0;
}

int decomposition_of_part(
        struct closure_search *search, const struct closure_part *part, struct decomposition **ret)
{
        struct decomposition *decomposition CLEANUP_DECOMPOSITION =
                calloc(1, sizeof(*decomposition));
        struct work work CLEANUP(work_clear) = {
                .needs = part->needs,
                .decomposition = decomposition,
                .search = search,
        };
        struct stretch *stretch;
        int r;

        if (!decomposition)
                return -ENOMEM;
        r = allocate(&work, part);
        if (r < 0)
                return r;
        stretch = vector_add(&work.stretches);
        if (!stretch)
                return -ENOMEM;
        stretch->group_count = part->group_count;
        stretch->feature_count = part->feature_count;
        if (!part->group_count)
                work.stretches.count = 0;
        while (work.stretches.count) {
                r = divide_next(&work);
                if (r < 0)
                        return r;
        }
        *ret = steal_pointer(decomposition);
        return 0;
}

int decomposition_new(const struct needs *needs, struct decomposition **ret)
{
        struct closure_search *search CLEANUP_CLOSURE_SEARCH = NULL;
        size_t most = needs->group_count > needs->feature_count ? needs->group_count
                                                                : needs->feature_count;
        uint32_t *all CLEANUP_FREE = calloc(most + 1, sizeof(*all));
        struct closure_part part = {needs, all, all, needs->group_count, needs->feature_count};
        int r;

        if (!all)
                return -ENOMEM;
        for (uint32_t i = 0; i < most; i++)
                all[i] = i;
        r = closure_search_new(needs, &search);
        if (r < 0)
                return r;
        return decomposition_of_part(search, &part, ret);
}
