/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/order.h"

/*
 * What any plan costs at least. The relaxed problem, in which only required features cost anything,
 * falls into blocks with an optimal order one after the other (Sidney 1975), so that
 *
 *     Σ over blocks of weight times cost of the blocks before it, plus the block's own bound
 *
 * is a bound of it. A consistent plan also pays for each feature that one application needs stubbed
 * and another faked, and somebody is first: if an application of the first kind, all of the second
 * kind need the feature implemented as if they required it, else the other way round. So the lower
 * of the bounds of both cases is a bound too, and the case with the lowest bound is looked into
 * next (best-first branch and bound); it is divided by the feature for which the order of the
 * blocks pays the most too late. Once a case is not divided further its blocks get better bounds by
 * search. Steps are counted, not time, so the bound is always the same.
 *
 * How large the numbers are: up to 10^5 applications of a weight up to 10^9, and up to 10^6
 * features of a cost up to 10^9, make weights below 10^14, costs below 10^15 and products below
 * 10^29; 2^127 is above 10^38.
 */

#include <errno.h>
#include <string.h>

#include "plan/block-bound.h"
#include "plan/divisor.h"
#include "plan/jobs.h"

typedef unsigned __int128 amount;

#define CASES_MOST 30
#define STEPS_DIVIDE \
        400000 /* of the size of the jobs' demands each time; none of the others beyond */
#define STEPS_SEARCH 40000

/* Who is first to be promised a feature in its manner: all others have to have it implemented. */
enum first {
        FIRST_OPEN,
        FIRST_STUB,
        FIRST_FAKE,
};

struct bound_case {
        uint8_t *firsts; /* by feature: enum first */
        amount bound;
        uint32_t feature; /* to be divided by; NO_FEATURE: none */
        bool searched;    /* the bounds of its blocks are as good as they get */
};

#define NO_FEATURE UINT32_MAX

struct bound_search {
        const struct jobs *jobs;
        struct block_bounds *bounds;
        VECTOR(struct bound_case) cases;
        bool *disputed; /* by feature: demanded both stubbed and faked */
        int64_t divide_steps, search_steps;
        struct needs needs; /* of the case that is looked at: weights and costs are the jobs' */
        uint32_t *block_of; /* by feature */
        uint32_t *first_block[2]; /* by feature: of those that need it stubbed, faked */
};

static void bound_search_clear(struct bound_search *search)
{
        struct bound_case *item;

        vector_for_each(item, &search->cases)
                free(item->firsts);
        vector_clear(&search->cases);
        block_bounds_free(search->bounds);
        free(search->disputed);
        free(search->needs.starts);
        free(search->needs.features);
        free(search->block_of);
        free(search->first_block[0]);
        free(search->first_block[1]);
}

static void find_disputed(struct bound_search *search)
{
        const struct jobs *jobs = search->jobs;
        uint8_t *seen = search->cases.items[0].firsts;

        for (size_t i = 0; i < jobs->starts[jobs->job_count]; i++)
                seen[DEMAND_FEATURE(jobs->demands[i])] |=
                        (uint8_t)(1u << DEMAND_KIND(jobs->demands[i]));
        for (size_t i = 0; i < jobs->feature_count; i++) {
                search->disputed[i] =
                        (seen[i] & (1u << DEMAND_STUB)) && (seen[i] & (1u << DEMAND_FAKE));
                seen[i] = FIRST_OPEN;
        }
}

static int allocate(struct bound_search *search)
{
        const struct jobs *jobs = search->jobs;
        size_t features = jobs->feature_count + 1;
        struct bound_case *first = vector_add(&search->cases);

        if (!first)
                return -ENOMEM;
        first->firsts = calloc(features, sizeof(*first->firsts));
        search->disputed = calloc(features, sizeof(*search->disputed));
        search->block_of = calloc(features, sizeof(*search->block_of));
        search->first_block[0] = calloc(features, sizeof(**search->first_block));
        search->first_block[1] = calloc(features, sizeof(**search->first_block));
        search->needs = (struct needs){
                .group_count = jobs->job_count,
                .feature_count = jobs->feature_count,
                .weights = jobs->weights,
                .costs = jobs->costs,
                .starts = calloc(jobs->job_count + 1, sizeof(*jobs->starts)),
                .features = calloc(jobs->starts[jobs->job_count] + 1, sizeof(*jobs->demands)),
        };
        if (!first->firsts || !search->disputed || !search->block_of || !search->first_block[0] ||
                !search->first_block[1] || !search->needs.starts || !search->needs.features)
                return -ENOMEM;
        return 0;
}

static int bound_search_init(struct bound_search *search, bool consistent)
{
        const struct jobs *jobs = search->jobs;
        uint64_t weight_unit = 0, cost_unit = 0;
        int r;

        for (size_t i = 0; i < jobs->job_count; i++)
                weight_unit = common_divisor(jobs->weights[i], weight_unit);
        for (size_t i = 0; i < jobs->feature_count; i++)
                cost_unit = common_divisor(jobs->costs[i], cost_unit);
        r = block_bounds_new(weight_unit, cost_unit, &search->bounds);
        if (r == 0)
                r = allocate(search);
        if (r == 0 && consistent)
                find_disputed(search);
        search->divide_steps = STEPS_DIVIDE;
        if (jobs->starts[jobs->job_count] < STEPS_DIVIDE)
                search->search_steps = STEPS_SEARCH;
        return r;
}

/* What the jobs need in a case. */
static void set_needs(struct bound_search *search, const struct bound_case *item)
{
        const struct jobs *jobs = search->jobs;
        size_t count = 0;

        for (size_t job = 0; job < jobs->job_count; job++) {
                search->needs.starts[job] = count;
                for (size_t i = jobs->starts[job]; i < jobs->starts[job + 1]; i++) {
                        uint32_t feature = DEMAND_FEATURE(jobs->demands[i]);
                        enum demand_kind kind = DEMAND_KIND(jobs->demands[i]);

                        if (kind == DEMAND_IMPLEMENT ||
                                (kind == DEMAND_STUB && item->firsts[feature] == FIRST_FAKE) ||
                                (kind == DEMAND_FAKE && item->firsts[feature] == FIRST_STUB))
                                search->needs.features[count++] = feature;
                }
        }
        search->needs.starts[jobs->job_count] = count;
}

/* Only what somebody needs: the rest costs nothing in this case. */
static int decompose(const struct bound_search *search, struct closure_search *closures,
        struct decomposition **ret)
{
        const struct needs *needs = &search->needs;
        uint32_t *groups CLEANUP_FREE = calloc(needs->group_count + 1, sizeof(*groups));
        uint32_t *features CLEANUP_FREE = calloc(needs->feature_count + 1, sizeof(*features));
        bool *needed CLEANUP_FREE = calloc(needs->feature_count + 1, sizeof(*needed));
        struct closure_part part = {.needs = needs, .groups = groups, .features = features};

        if (!groups || !features || !needed)
                return -ENOMEM;
        for (size_t i = 0; i < needs->starts[needs->group_count]; i++)
                needed[needs->features[i]] = true;
        for (uint32_t i = 0; i < needs->group_count; i++)
                if (needs->starts[i] < needs->starts[i + 1])
                        groups[part.group_count++] = i;
        for (uint32_t i = 0; i < needs->feature_count; i++)
                if (needed[i])
                        features[part.feature_count++] = i;
        return decomposition_of_part(closures, &part, ret);
}

/* The blocks, from 1 on, of features and of those that need them stubbed or faked; what needs
 * nothing is in block 0. */
static void find_blocks(struct bound_search *search, const struct decomposition *decomposition)
{
        const struct jobs *jobs = search->jobs;
        const struct block *block;
        uint32_t number = 0;
        size_t size = jobs->feature_count * sizeof(*search->block_of);

        memset(search->block_of, 0xff, size);
        memset(search->first_block[0], 0xff, size);
        memset(search->first_block[1], 0xff, size);
        for (size_t job = 0; job < jobs->job_count; job++)
                if (search->needs.starts[job] == search->needs.starts[job + 1])
                        for (size_t i = jobs->starts[job]; i < jobs->starts[job + 1]; i++)
                                search->first_block[DEMAND_KIND(jobs->demands[i]) == DEMAND_FAKE]
                                                   [DEMAND_FEATURE(jobs->demands[i])] = 0;
        vector_for_each(block, &decomposition->blocks) {
                number++;
                for (size_t i = 0; i < block->feature_count; i++)
                        search->block_of[decomposition->features[block->feature_start + i]] =
                                number;
                for (size_t g = 0; g < block->group_count; g++) {
                        uint32_t job = decomposition->groups[block->group_start + g];

                        for (size_t i = jobs->starts[job]; i < jobs->starts[job + 1]; i++) {
                                enum demand_kind kind = DEMAND_KIND(jobs->demands[i]);
                                uint32_t *first =
                                        &search->first_block[kind == DEMAND_FAKE]
                                                            [DEMAND_FEATURE(jobs->demands[i])];

                                if (kind != DEMAND_IMPLEMENT && *first > number)
                                        *first = number;
                        }
                }
        }
}

/*
 * The feature that is paid for too late at the highest loss, by the order of the blocks; once the
 * case is searched also one of the block itself, of which half may be too early.
 */
static uint32_t find_late(struct bound_search *search, const struct bound_case *item,
        const struct decomposition *decomposition)
{
        amount worst = 0, loss;
        uint32_t result = NO_FEATURE, from, to;
        uint64_t idle = 0;

        for (size_t job = 0; job < search->jobs->job_count; job++)
                if (search->needs.starts[job] == search->needs.starts[job + 1])
                        idle += search->jobs->weights[job];
        find_blocks(search, decomposition);
        for (uint32_t feature = 0; feature < search->jobs->feature_count; feature++) {
                if (!search->disputed[feature] || item->firsts[feature] != FIRST_OPEN)
                        continue;
                from = search->first_block[0][feature];
                if (search->first_block[1][feature] > from)
                        from = search->first_block[1][feature];
                to = search->block_of[feature];
                loss = from == 0 ? idle : 0;
                for (size_t b = from ? from - 1 : 0;
                        b < decomposition->blocks.count && (size_t)b + 1 < to; b++)
                        loss += decomposition->blocks.items[b].weight;
                if (from == to && item->searched && from > 0 && from <= decomposition->blocks.count)
                        loss = decomposition->blocks.items[from - 1].weight / 2;
                loss *= search->jobs->costs[feature];
                if (loss > worst) {
                        worst = loss;
                        result = feature;
                }
        }
        return result;
}

/* The sum over the blocks; where the steps allow, with a better bound of each. */
static int add_up(struct bound_search *search, struct closure_search *closures,
        const struct decomposition *decomposition, bool searching, amount *ret)
{
        const struct block *block;
        amount sum = 0, spent = 0, own;
        int r = 0;

        vector_for_each(block, &decomposition->blocks) {
                struct closure_part part = {
                        .needs = &search->needs,
                        .groups = decomposition->groups + block->group_start,
                        .features = decomposition->features + block->feature_start,
                        .group_count = block->group_count,
                        .feature_count = block->feature_count,
                };

                own = block_bound_quick(search->bounds, block);
                if (searching)
                        r = block_bound_search(
                                search->bounds, closures, &part, &search->search_steps, &own);
                if (r < 0)
                        return r;
                sum += block->weight * spent + own;
                spent += block->cost;
        }
        *ret = sum;
        return 0;
}

/* The bound of a case, which is at least the one that it has already. */
static int look_into(struct bound_search *search, struct bound_case *item, bool searching)
{
        struct closure_search *closures CLEANUP_CLOSURE_SEARCH = NULL;
        struct decomposition *decomposition CLEANUP_DECOMPOSITION = NULL;
        amount bound = 0;
        int r;

        set_needs(search, item);
        r = closure_search_new(&search->needs, &closures);
        if (r == 0)
                r = decompose(search, closures, &decomposition);
        if (r == 0)
                r = add_up(search, closures, decomposition, searching, &bound);
        if (r < 0)
                return r;
        if (bound > item->bound)
                item->bound = bound;
        item->searched = searching;
        item->feature = find_late(search, item, decomposition);
        search->divide_steps -= (int64_t)search->needs.starts[search->jobs->job_count] +
                                (int64_t)search->jobs->job_count;
        return 0;
}

/* One case becomes two. */
static int divide(struct bound_search *search, size_t place)
{
        size_t size = search->jobs->feature_count * sizeof(uint8_t);
        struct bound_case *other = vector_add(&search->cases);
        struct bound_case *item = &search->cases.items[place];
        int r;

        if (!other)
                return -ENOMEM;
        other->firsts = malloc(size + 1);
        if (!other->firsts)
                return -ENOMEM;
        memcpy(other->firsts, item->firsts, size);
        other->bound = item->bound;
        other->firsts[item->feature] = FIRST_FAKE;
        item->firsts[item->feature] = FIRST_STUB;
        r = look_into(search, item, false);
        if (r == 0)
                r = look_into(search, other, false);
        return r;
}

static size_t find_lowest(const struct bound_search *search)
{
        size_t lowest = 0;

        for (size_t i = 1; i < search->cases.count; i++)
                if (search->cases.items[i].bound < search->cases.items[lowest].bound)
                        lowest = i;
        return lowest;
}

static int search_bound(struct bound_search *search, amount *ret)
{
        struct bound_case *item = &search->cases.items[0];
        size_t lowest = 0;
        int r;

        r = look_into(search, item, false);
        while (r == 0) {
                lowest = find_lowest(search);
                item = &search->cases.items[lowest];
                if (item->feature != NO_FEATURE && search->divide_steps > 0 &&
                        search->cases.count < CASES_MOST)
                        r = divide(search, lowest);
                else if (!item->searched && search->search_steps > 0)
                        r = look_into(search, item, true);
                else
                        break;
        }
        if (r == 0)
                *ret = item->bound;
        return r;
}

int plan_bound(const struct plan_problem *problem, bool consistent, unsigned __int128 *ret)
{
        struct jobs *jobs CLEANUP_JOBS = NULL;
        struct bound_search search CLEANUP(bound_search_clear) = {};
        int r;

        r = jobs_new(problem, false, &jobs);
        if (r < 0)
                return r;
        search.jobs = jobs;
        r = bound_search_init(&search, consistent);
        if (r < 0)
                return r;
        return search_bound(&search, ret);
}
