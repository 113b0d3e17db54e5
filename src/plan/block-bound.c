/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/block-bound.h"

/*
 * No closure is denser than a block of weight W and cost P, so when x has been spent in it the
 * groups that work weigh at most W·x/P, and the bound is the area above that line: W·P/2 (Goemans
 * and Williamson 2000, two-dimensional Gantt charts; Margot, Queyranne and Wang 2003). Costs and
 * weights being multiples of units, the line becomes a flight of stairs below it, the area above
 * which is (with n = P in units of cost, m = W in units of weight)
 *
 *     m·n - Σ floor(k·m/n) for k from 0 to n-1  =  (m·n + m + n - gcd(m, n)) / 2.
 *
 * Better is the optimum itself, found by asking which group comes first. What is left after it is
 * decomposed again, mostly into small blocks, whose order is settled by Sidney's theorem, so that
 * each can be solved by itself. Of the possible first groups the one with the lowest bound is
 * looked into next, as far as it stays the lowest (AO*, Martelli and Montanari 1973). A group that
 * needs all that another one needs, and more, never has to come first. Blocks are kept with all
 * that was found out about them, whichever way they are met again.
 */

#include <errno.h>
#include <string.h>

#include "plan/divisor.h"

typedef unsigned __int128 amount;

/* The features of the part that each group needs, as bits. */
struct masks {
        size_t words;   /* of 64 features each */
        uint64_t *bits; /* by group of the part */
};

/* A group that could be the first one of the block. */
struct branch {
        uint32_t group; /* its place in the part */
        uint64_t cost;
        amount bound;
        bool opened, solved; /* `rest` is known; the bound is the value */
        amount fixed;        /* what the groups and blocks cost that does not depend on orders */
        struct known **rest; /* the blocks of what is left */
        size_t rest_count;
};

/* A block: its groups, and what each of them still needs. */
struct known {
        struct known *next;       /* of the same hash */
        struct closure_part part; /* but for the needs; points into `lists` */
        uint32_t *lists;
        uint64_t weight, cost;
        amount bound;
        bool solved; /* the bound is the value of the best order */
        struct masks masks;
        struct branch *branches; /* NULL: not looked into yet */
        size_t branch_count;
        size_t key_size;
        uint32_t key[];
};

#define BUCKETS 4096

/* Larger blocks are not searched: asking which group comes first takes their number's square. */
#define GROUPS_MOST 400

/* Until what is spent up to which step the stairs are added up one by one. */
#define STAIRS_MOST 1000

struct block_bounds {
        uint64_t weight_unit, cost_unit;
        struct known *known[BUCKETS];
};

/* One search: what does not change on the way down. */
struct context {
        struct block_bounds *bounds;
        struct closure_search *search;
        const struct needs *needs;
        int64_t *steps;
};

int block_bounds_new(uint64_t weight_unit, uint64_t cost_unit, struct block_bounds **ret)
{
        struct block_bounds *bounds = calloc(1, sizeof(*bounds));

        if (!bounds)
                return -ENOMEM;
        bounds->weight_unit = weight_unit ? weight_unit : 1;
        bounds->cost_unit = cost_unit ? cost_unit : 1;
        *ret = bounds;
        return 0;
}

static struct known *known_free(struct known *known)
{
        if (!known)
                return NULL;
        for (size_t i = 0; i < known->branch_count; i++)
                free(known->branches[i].rest);
        free(known->branches);
        free(known->masks.bits);
        free(known->lists);
        free(known);
        return NULL;
}
DEFINE_CLEANUP(struct known *, known_free)

struct block_bounds *block_bounds_free(struct block_bounds *bounds)
{
        struct known *next;

        if (!bounds)
                return NULL;
        for (size_t i = 0; i < BUCKETS; i++)
                for (struct known *known = bounds->known[i]; known; known = next) {
                        next = known->next;
                        known_free(known);
                }
        free(bounds);
        return NULL;
}

static amount quick_bound(const struct block_bounds *bounds, uint64_t weight, uint64_t cost)
{
        uint64_t m = weight / bounds->weight_unit, n = cost / bounds->cost_unit;
        amount stairs = ((amount)m * n + m + n - common_divisor(m, n)) / 2;

        return stairs * bounds->weight_unit * bounds->cost_unit;
}

amount block_bound_quick(const struct block_bounds *bounds, const struct block *block)
{
        return quick_bound(bounds, block->weight, block->cost);
}

/* The stairs below which nothing works before the first group does: they are lost. */
static amount lost_stairs(
        const struct block_bounds *bounds, const struct known *known, uint64_t cost)
{
        uint64_t m = known->weight / bounds->weight_unit, n = known->cost / bounds->cost_unit;
        uint64_t first = cost / bounds->cost_unit;
        amount lost = 0;

        for (uint64_t k = 1; k < first && k < STAIRS_MOST; k++)
                lost += (amount)k * m / n;
        return lost * bounds->weight_unit * bounds->cost_unit;
}

static int masks_init(const struct closure_part *part, struct masks *ret)
{
        const struct needs *needs = part->needs;
        uint32_t *places CLEANUP_FREE = calloc(needs->feature_count + 1, sizeof(*places));

        ret->words = (part->feature_count + 63) / 64;
        ret->bits = calloc(part->group_count * ret->words + 1, sizeof(*ret->bits));
        if (!places || !ret->bits)
                return -ENOMEM;
        for (size_t i = 0; i < part->feature_count; i++)
                places[part->features[i]] = (uint32_t)i + 1;
        for (size_t i = 0; i < part->group_count; i++)
                for (size_t j = needs->starts[part->groups[i]];
                        j < needs->starts[part->groups[i] + 1]; j++) {
                        uint32_t place = places[needs->features[j]];

                        if (place)
                                ret->bits[i * ret->words + (place - 1) / 64] |= 1ull
                                                                                << (place - 1) % 64;
                }
        return 0;
}

/* Group a needs no more than group b. */
static bool is_within(const struct masks *masks, size_t a, size_t b)
{
        for (size_t i = 0; i < masks->words; i++)
                if (masks->bits[a * masks->words + i] & ~masks->bits[b * masks->words + i])
                        return false;
        return true;
}

static uint64_t cost_of(const struct closure_part *part, const struct masks *masks, size_t group)
{
        uint64_t cost = 0;

        for (size_t i = 0; i < part->feature_count; i++)
                if (masks->bits[group * masks->words + i / 64] >> i % 64 & 1)
                        cost += part->needs->costs[part->features[i]];
        return cost;
}

/* Groups that can come first, each with the block's own bound, and what it loses, as a beginning.
 */
static int find_branches(const struct context *context, struct known *known)
{
        size_t groups = known->part.group_count;
        bool needless;
        int r;

        r = masks_init(&known->part, &known->masks);
        if (r < 0)
                return r;
        known->branches = calloc(groups, sizeof(*known->branches));
        if (!known->branches)
                return -ENOMEM;
        for (size_t b = 0; b < groups; b++) {
                struct branch *branch = &known->branches[known->branch_count];

                needless = false;
                for (size_t a = 0; a < groups && !needless; a++)
                        needless = a != b && is_within(&known->masks, a, b) &&
                                   (a < b || !is_within(&known->masks, b, a));
                if (needless)
                        continue;
                branch->group = (uint32_t)b;
                branch->cost = cost_of(&known->part, &known->masks, b);
                branch->bound = quick_bound(context->bounds, known->weight, known->cost) +
                                lost_stairs(context->bounds, known, branch->cost);
                known->branch_count++;
        }
        return 0;
}

/* Its groups, each with how many and which features it still needs. */
static uint32_t *make_key(const struct closure_part *part, size_t *ret_size)
{
        const struct needs *needs = part->needs;
        bool *present CLEANUP_FREE = calloc(needs->feature_count + 1, sizeof(*present));
        size_t size = 0, count;
        uint32_t *key;

        for (size_t i = 0; i < part->group_count; i++)
                size += needs->starts[part->groups[i] + 1] - needs->starts[part->groups[i]] + 2;
        key = calloc(size + 1, sizeof(*key));
        if (!key || !present) {
                free(key);
                return NULL;
        }
        for (size_t i = 0; i < part->feature_count; i++)
                present[part->features[i]] = true;
        size = 0;
        for (size_t i = 0; i < part->group_count; i++) {
                key[size++] = part->groups[i];
                count = size++;
                for (size_t j = needs->starts[part->groups[i]];
                        j < needs->starts[part->groups[i] + 1]; j++)
                        if (present[needs->features[j]])
                                key[size++] = needs->features[j];
                key[count] = (uint32_t)(size - count - 1);
        }
        *ret_size = size;
        return key;
}

static struct known **find_place(struct block_bounds *bounds, const uint32_t *key, size_t size)
{
        uint64_t hash = 0x9e3779b97f4a7c15;
        struct known **known;

        for (size_t i = 0; i < size; i++) {
                hash = (hash ^ key[i]) * 0xbf58476d1ce4e5b9;
                hash ^= hash >> 29;
        }
        for (known = &bounds->known[hash % BUCKETS]; *known; known = &(*known)->next)
                if ((*known)->key_size == size && !memcmp((*known)->key, key, size * sizeof(*key)))
                        break;
        return known;
}

/* A block that is met for the first time. */
static int begin(const struct block_bounds *bounds, const struct closure_part *part,
        const uint32_t *key, size_t size, struct known **ret)
{
        struct known *known CLEANUP(known_freep) = calloc(1, sizeof(*known) + size * sizeof(*key));
        size_t groups = part->group_count, features = part->feature_count;

        if (!known)
                return -ENOMEM;
        known->lists = calloc(groups + features + 1, sizeof(*known->lists));
        if (!known->lists)
                return -ENOMEM;
        memcpy(known->lists, part->groups, groups * sizeof(*part->groups));
        memcpy(known->lists + groups, part->features, features * sizeof(*part->features));
        known->part = (struct closure_part){
                .groups = known->lists,
                .features = known->lists + groups,
                .group_count = groups,
                .feature_count = features,
        };
        for (size_t i = 0; i < groups; i++)
                known->weight += part->needs->weights[part->groups[i]];
        for (size_t i = 0; i < features; i++)
                known->cost += part->needs->costs[part->features[i]];
        known->solved = groups < 2 || !known->weight || !known->cost;
        known->bound = groups == 1 ? (amount)known->weight * known->cost
                                   : quick_bound(bounds, known->weight, known->cost);
        known->key_size = size;
        memcpy(known->key, key, size * sizeof(*key));
        *ret = steal_pointer(known);
        return 0;
}

static int recall(struct block_bounds *bounds, const struct closure_part *part, struct known **ret)
{
        size_t size;
        uint32_t *key CLEANUP_FREE = make_key(part, &size);
        struct known **place;
        int r = 0;

        if (!key)
                return -ENOMEM;
        place = find_place(bounds, key, size);
        if (!*place)
                r = begin(bounds, part, key, size, place);
        if (r == 0)
                *ret = *place;
        return r;
}

/* The part without what the branch implements and the groups that work then. */
static void rest_of(const struct known *known, const struct branch *branch, uint32_t *groups,
        uint32_t *features, struct closure_part *ret)
{
        const struct closure_part *part = &known->part;
        const uint64_t *bits = known->masks.bits + branch->group * known->masks.words;

        ret->groups = groups;
        ret->features = features;
        for (size_t i = 0; i < part->group_count; i++)
                if (!is_within(&known->masks, i, branch->group))
                        groups[ret->group_count++] = part->groups[i];
        for (size_t i = 0; i < part->feature_count; i++)
                if (!(bits[i / 64] >> i % 64 & 1))
                        features[ret->feature_count++] = part->features[i];
}

/* The whole weight waits for the first group, then each block for those before it. */
static int keep_rest(const struct context *context, const struct decomposition *decomposition,
        uint64_t weight, struct branch *branch)
{
        const struct block *block;
        amount spent = 0;
        int r = 0;

        branch->fixed = (amount)weight * branch->cost;
        branch->rest = calloc(decomposition->blocks.count + 1, sizeof(*branch->rest));
        if (!branch->rest)
                return -ENOMEM;
        vector_for_each(block, &decomposition->blocks) {
                struct closure_part part = {
                        .needs = context->needs,
                        .groups = decomposition->groups + block->group_start,
                        .features = decomposition->features + block->feature_start,
                        .group_count = block->group_count,
                        .feature_count = block->feature_count,
                };

                r = recall(context->bounds, &part, &branch->rest[branch->rest_count]);
                if (r < 0)
                        return r;
                branch->rest_count++;
                branch->fixed += block->weight * spent;
                spent += block->cost;
        }
        return 0;
}

static int open_branch(
        const struct context *context, const struct known *known, struct branch *branch)
{
        struct decomposition *decomposition CLEANUP_DECOMPOSITION = NULL;
        struct closure_part rest = {.needs = context->needs};
        uint32_t *groups CLEANUP_FREE = calloc(known->part.group_count + 1, sizeof(*groups));
        uint32_t *features CLEANUP_FREE = calloc(known->part.feature_count + 1, sizeof(*features));
        int r;

        if (!groups || !features)
                return -ENOMEM;
        rest_of(known, branch, groups, features, &rest);
        *context->steps -= (int64_t)(rest.group_count + rest.feature_count) + 4;
        r = decomposition_of_part(context->search, &rest, &decomposition);
        if (r == 0)
                r = keep_rest(context, decomposition, known->weight, branch);
        if (r == 0)
                branch->opened = true;
        return r;
}

/* Its bound by what is known of its blocks by now; *ret_open is the first that is not solved. */
static void update(struct branch *branch, struct known **ret_open)
{
        amount sum = branch->fixed;

        *ret_open = NULL;
        for (size_t i = 0; i < branch->rest_count; i++) {
                sum += branch->rest[i]->bound;
                if (!branch->rest[i]->solved && !*ret_open)
                        *ret_open = branch->rest[i];
        }
        branch->solved = !*ret_open;
        if (sum > branch->bound)
                branch->bound = sum;
}

/* The branch with the lowest bound, and the lowest bound of the others. */
static struct branch *find_lowest(const struct known *known, amount *ret_second)
{
        struct branch *lowest = known->branches;
        amount second = ~(amount)0;

        for (size_t i = 1; i < known->branch_count; i++) {
                struct branch *branch = &known->branches[i];

                if (branch->bound < lowest->bound) {
                        second = lowest->bound;
                        lowest = branch;
                } else if (branch->bound < second) {
                        second = branch->bound;
                }
        }
        *ret_second = second;
        return lowest;
}

/* Looks into the block until it is solved, or its bound is above the limit. */
static int improve(const struct context *context, struct known *known, amount limit)
{
        struct known *open = NULL;
        struct branch *branch;
        amount second;
        int r = 0;

        if (known->solved || known->part.group_count > GROUPS_MOST)
                return 0;
        known->part.needs = context->needs;
        if (!known->branches)
                r = find_branches(context, known);
        while (r == 0 && *context->steps > 0) {
                branch = find_lowest(known, &second);
                if (branch->opened)
                        update(branch, &open);
                if (branch->bound > second)
                        continue;
                if (branch->bound > known->bound)
                        known->bound = branch->bound;
                known->solved = branch->solved;
                if (known->solved || known->bound > limit)
                        break;
                second = second < limit ? second : limit;
                --*context->steps;
                if (branch->opened)
                        r = improve(context, open, open->bound + (second - branch->bound));
                else
                        r = open_branch(context, known, branch);
        }
        return r;
}

int block_bound_search(struct block_bounds *bounds, struct closure_search *search,
        const struct closure_part *block, int64_t *steps, amount *ret)
{
        struct context context = {bounds, search, block->needs, steps};
        struct known *known;
        int r;

        r = recall(bounds, block, &known);
        if (r == 0)
                r = improve(&context, known, ~(amount)0);
        if (r == 0)
                *ret = known->bound;
        return r;
}
