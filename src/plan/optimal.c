/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/order.h"

/*
 * The least weighted cost spent before applications work. The relaxed problem (needs.h) falls into
 * Sidney's blocks (decomposition.h), and any order that goes through them one by one costs at most
 * twice the optimum (Chekuri and Motwani 1999; Margot, Queyranne and Wang 2003). The real problem,
 * in which a feature can also have to be implemented since one application needs it stubbed and
 * another faked, does not quite follow the blocks. So several orders are improved by moving single
 * jobs, and the best of them again after a part of it was moved or turned round (iterated local
 * search), always in the same way: the numbers behind it have a fixed seed, and steps are counted,
 * not time.
 */

#include <errno.h>
#include <string.h>

#include "plan/decomposition.h"
#include "plan/jobs.h"
#include "plan/sequence.h"

/*
 * Steps are of some nanoseconds each: for a problem of n jobs with d demands this times n·(n + d),
 * but no more than that, unless it is not even this times d.
 */
#define STEPS_EACH     200
#define STEPS_MOST     12000000
#define STEPS_LEAST    3
#define PIECE_MOST     12
#define CANDIDATE_MOST 4

struct search {
        const struct plan_problem *problem;
        struct jobs *jobs;
        struct sequence *sequence;
        uint32_t *order;                 /* that is tried next */
        uint32_t *current;               /* the order that is changed */
        uint32_t *piece;                 /* room for a part of it */
        uint32_t *classes;               /* by job: its block, from 1 on; 0: needs nothing */
        uint32_t *bests[CANDIDATE_MOST]; /* the last orders that were better than all before */
        size_t best_count;               /* so many there have been */
        unsigned __int128 objective;     /* of the last of them */
        unsigned __int128 current_objective;
        unsigned __int128 bound; /* what is as low needs no improvement */
        uint64_t random;
        int64_t steps;
};

static void search_clear(struct search *search)
{
        jobs_free(search->jobs);
        sequence_free(search->sequence);
        free(search->order);
        free(search->current);
        free(search->piece);
        free(search->classes);
        for (size_t i = 0; i < CANDIDATE_MOST; i++)
                free(search->bests[i]);
}

static void set_steps(struct search *search)
{
        int64_t jobs = (int64_t)search->jobs->job_count;
        int64_t demands = (int64_t)search->jobs->starts[jobs];

        search->steps = STEPS_EACH * jobs * (jobs + demands);
        if (search->steps > STEPS_MOST)
                search->steps = STEPS_MOST;
        if (search->steps < STEPS_LEAST * demands)
                search->steps = STEPS_LEAST * demands;
}

static int search_init(struct search *search, const struct plan_problem *problem)
{
        size_t count;
        int r;

        search->problem = problem;
        r = jobs_new(problem, true, &search->jobs);
        if (r == 0)
                r = sequence_new(search->jobs, &search->sequence);
        if (r < 0)
                return r;
        count = search->jobs->job_count + 1;
        search->order = calloc(count, sizeof(*search->order));
        search->current = calloc(count, sizeof(*search->current));
        search->piece = calloc(count, sizeof(*search->piece));
        search->classes = calloc(count, sizeof(*search->classes));
        if (!search->order || !search->current || !search->piece || !search->classes)
                return -ENOMEM;
        for (size_t i = 0; i < CANDIDATE_MOST; i++) {
                search->bests[i] = calloc(count, sizeof(**search->bests));
                if (!search->bests[i])
                        return -ENOMEM;
        }
        set_steps(search);
        return plan_bound(problem, true, &search->bound);
}

/* splitmix64 (Steele, Lea and Flood 2014) */
static size_t random_below(struct search *search, size_t limit)
{
        uint64_t z = search->random += 0x9e3779b97f4a7c15;

        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        return (z ^ z >> 31) % limit;
}

/* Improves the order that is to be tried, and keeps it where it is as good as the current one. */
static void try_order(struct search *search)
{
        size_t size = search->jobs->job_count * sizeof(*search->order);
        unsigned __int128 objective;

        sequence_set(search->sequence, search->order);
        sequence_improve(search->sequence, &search->steps);
        objective = sequence_objective(search->sequence);
        if (!search->best_count || objective <= search->current_objective) {
                search->current_objective = objective;
                memcpy(search->current, sequence_order(search->sequence), size);
        }
        if (!search->best_count || objective < search->objective) {
                search->objective = objective;
                memcpy(search->bests[search->best_count++ % CANDIDATE_MOST],
                        sequence_order(search->sequence), size);
        }
}

static void append_job(struct search *search, uint32_t application, bool *taken, size_t *count)
{
        uint32_t job = search->jobs->of_application[application];

        if (!taken[job])
                search->order[(*count)++] = job;
        taken[job] = true;
}

/* The order of jobs behind a plan. */
static int try_plan(struct search *search, const struct plan *plan)
{
        bool *taken CLEANUP_FREE = calloc(search->jobs->job_count + 1, sizeof(*taken));
        const struct plan_step *step;
        const uint32_t *application;
        size_t count = 0;

        if (!taken)
                return -ENOMEM;
        vector_for_each(application, &plan->initial)
                append_job(search, *application, taken, &count);
        vector_for_each(step, &plan->steps)
                vector_for_each(application, &step->applications)
                        append_job(search, *application, taken, &count);
        try_order(search);
        return 0;
}

/* Block by block; within a block, and without blocks, by density. */
static int try_densities(struct search *search)
{
        struct needs *needs CLEANUP_NEEDS = NULL;
        struct decomposition *decomposition CLEANUP_DECOMPOSITION = NULL;
        uint32_t *blocks CLEANUP_FREE = NULL;
        int r;

        r = needs_new(search->problem, &needs);
        if (r == 0)
                r = decomposition_new(needs, &decomposition);
        if (r < 0)
                return r;
        blocks = calloc(needs->group_count + 1, sizeof(*blocks));
        if (!blocks)
                return -ENOMEM;
        for (uint32_t b = 0; b < decomposition->blocks.count; b++) {
                const struct block *block = &decomposition->blocks.items[b];

                for (size_t i = 0; i < block->group_count; i++)
                        blocks[decomposition->groups[block->group_start + i]] = b + 1;
        }
        for (size_t i = 0; i < search->problem->application_count; i++)
                if (needs->groups[i] != NEEDS_NO_GROUP)
                        search->classes[search->jobs->of_application[i]] = blocks[needs->groups[i]];
        r = jobs_order_by_density(search->jobs, search->classes, search->order);
        if (r < 0)
                return r;
        try_order(search);
        r = jobs_order_by_density(search->jobs, NULL, search->order);
        if (r == 0)
                try_order(search);
        return r;
}

/* Takes a random part out of the current order and puts it in elsewhere. */
static void move_piece(struct search *search)
{
        size_t count = search->jobs->job_count;
        size_t most = count / 2 < PIECE_MOST ? count / 2 : PIECE_MOST;
        size_t length = 1 + random_below(search, most);
        size_t from = random_below(search, count - length + 1);
        size_t to = random_below(search, count - length + 1);
        uint32_t *order = search->order;

        memcpy(order, search->current, count * sizeof(*order));
        memcpy(search->piece, order + from, length * sizeof(*order));
        memmove(order + from, order + from + length, (count - from - length) * sizeof(*order));
        memmove(order + to + length, order + to, (count - length - to) * sizeof(*order));
        memcpy(order + to, search->piece, length * sizeof(*order));
}

static void improve_repeatedly(struct search *search)
{
        if (search->jobs->job_count < 3)
                return;
        memcpy(search->current, search->bests[(search->best_count - 1) % CANDIDATE_MOST],
                search->jobs->job_count * sizeof(*search->current));
        search->current_objective = search->objective;
        while (search->steps > 0 && search->objective > search->bound) {
                move_piece(search);
                try_order(search);
        }
}

/* The applications in the order of their jobs. */
static int expand(const struct search *search, const uint32_t *order, uint32_t *applications)
{
        const struct jobs *jobs = search->jobs;
        size_t *ends CLEANUP_FREE = calloc(jobs->job_count + 1, sizeof(*ends));
        size_t sum = 0, size;

        if (!ends)
                return -ENOMEM;
        for (size_t i = 0; i < jobs->application_count; i++)
                ends[jobs->of_application[i]]++;
        for (size_t i = 0; i < jobs->job_count; i++) {
                size = ends[order[i]];
                ends[order[i]] = sum;
                sum += size;
        }
        for (uint32_t i = 0; i < jobs->application_count; i++)
                applications[ends[jobs->of_application[i]]++] = i;
        return 0;
}

/* Moves the steps of a plan that is better into that which is kept. */
static void keep_better(
        const struct plan_problem *problem, struct plan *kept, struct plan *candidate)
{
        struct plan other = *kept;

        if (plan_objective(problem, candidate) >= plan_objective(problem, kept))
                return;
        memcpy(&kept->initial, &candidate->initial, sizeof(kept->initial));
        memcpy(&kept->steps, &candidate->steps, sizeof(kept->steps));
        memcpy(&candidate->initial, &other.initial, sizeof(other.initial));
        memcpy(&candidate->steps, &other.steps, sizeof(other.steps));
}

/* What really comes of the best orders: applications that happen to work may join earlier. */
static int follow_bests(struct search *search, struct plan *plan)
{
        uint32_t *applications CLEANUP_FREE =
                calloc(search->problem->application_count + 1, sizeof(*applications));
        size_t count = search->best_count < CANDIDATE_MOST ? search->best_count : CANDIDATE_MOST;
        int r = 0;

        if (!applications)
                return -ENOMEM;
        for (size_t i = 1; r == 0 && i <= count; i++) {
                struct plan *candidate CLEANUP_PLAN = calloc(1, sizeof(*candidate));

                if (!candidate)
                        return -ENOMEM;
                r = expand(search, search->bests[(search->best_count - i) % CANDIDATE_MOST],
                        applications);
                if (r == 0)
                        r = plan_follow(search->problem, applications, candidate);
                if (r == 0)
                        keep_better(search->problem, plan, candidate);
        }
        return r;
}

int plan_optimal(const struct plan_problem *problem, struct plan *plan)
{
        struct search search CLEANUP(search_clear) = {};
        int r;

        r = plan_greedy(problem, plan);
        if (r == 0)
                r = search_init(&search, problem);
        if (r == 0)
                r = try_plan(&search, plan);
        if (r == 0)
                r = try_densities(&search);
        if (r < 0)
                return r;
        improve_repeatedly(&search);
        plan->bound = search.bound;
        return follow_bests(&search, plan);
}
