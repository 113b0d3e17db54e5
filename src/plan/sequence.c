/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/sequence.h"

#include <errno.h>
#include <string.h>

#define NEVER UINT32_MAX

/* The first two turns of jobs that demand a feature in one manner. */
struct turns {
        uint32_t first, second;
};

/*
 * A gap is a place between jobs by the number of the turn behind it: gap 0 is before all. `change`
 * says how the additional cost of the job that is looked at differs in a gap from that in the one
 * before it; it is 0 everywhere between calls.
 */
struct sequence {
        const struct jobs *jobs;
        uint32_t *order;                     /* by turn: the job */
        uint32_t *turns_of;                  /* by job: its turn */
        uint64_t *spent;                     /* by turn: before it; and in the end */
        struct turns (*turns)[DEMAND_COUNT]; /* by feature */
        int64_t *change;
        unsigned __int128 objective;
};

struct sequence *sequence_free(struct sequence *sequence)
{
        if (!sequence)
                return NULL;
        free(sequence->order);
        free(sequence->turns_of);
        free(sequence->spent);
        free(sequence->turns);
        free(sequence->change);
        free(sequence);
        return NULL;
}

int sequence_new(const struct jobs *jobs, struct sequence **ret)
{
        struct sequence *sequence CLEANUP_SEQUENCE = calloc(1, sizeof(*sequence));

        if (!sequence)
                return -ENOMEM;
        sequence->jobs = jobs;
        sequence->order = calloc(jobs->job_count + 1, sizeof(*sequence->order));
        sequence->turns_of = calloc(jobs->job_count + 1, sizeof(*sequence->turns_of));
        sequence->spent = calloc(jobs->job_count + 1, sizeof(*sequence->spent));
        sequence->turns = calloc(jobs->feature_count + 1, sizeof(*sequence->turns));
        sequence->change = calloc(jobs->job_count + 2, sizeof(*sequence->change));
        if (!sequence->order || !sequence->turns_of || !sequence->spent || !sequence->turns ||
                !sequence->change)
                return -ENOMEM;
        *ret = steal_pointer(sequence);
        return 0;
}

static uint32_t earlier(uint32_t a, uint32_t b)
{
        return a < b ? a : b;
}

static uint32_t later(uint32_t a, uint32_t b)
{
        return a > b ? a : b;
}

/* The turn at which the feature is implemented, or NEVER. */
static uint32_t implemented_at(const struct turns *turns)
{
        return earlier(turns[DEMAND_IMPLEMENT].first,
                later(turns[DEMAND_STUB].first, turns[DEMAND_FAKE].first));
}

/* The job's demands are met at this turn; returns what that costs. */
static uint64_t take_turn(struct sequence *sequence, uint32_t job, uint32_t turn)
{
        const struct jobs *jobs = sequence->jobs;
        struct turns *turns, *own;
        uint64_t cost = 0;

        for (size_t i = jobs->starts[job]; i < jobs->starts[job + 1]; i++) {
                turns = sequence->turns[DEMAND_FEATURE(jobs->demands[i])];
                own = &turns[DEMAND_KIND(jobs->demands[i])];
                if (own->first != NEVER) {
                        if (own->second == NEVER)
                                own->second = turn;
                        continue;
                }
                if (implemented_at(turns) != NEVER) {
                        own->first = turn;
                        continue;
                }
                own->first = turn;
                if (implemented_at(turns) == turn)
                        cost += jobs->costs[DEMAND_FEATURE(jobs->demands[i])];
        }
        return cost;
}

/* All that follows from the order. */
static void evaluate(struct sequence *sequence)
{
        const struct jobs *jobs = sequence->jobs;
        uint64_t spent = 0;

        memset(sequence->turns, 0xff, jobs->feature_count * sizeof(*sequence->turns));
        sequence->objective = 0;
        for (uint32_t turn = 0; turn < jobs->job_count; turn++) {
                sequence->spent[turn] = spent;
                sequence->turns_of[sequence->order[turn]] = turn;
                spent += take_turn(sequence, sequence->order[turn], turn);
                sequence->objective +=
                        (unsigned __int128)spent * jobs->weights[sequence->order[turn]];
        }
        sequence->spent[jobs->job_count] = spent;
}

void sequence_set(struct sequence *sequence, const uint32_t *order)
{
        memcpy(sequence->order, order, sequence->jobs->job_count * sizeof(*order));
        evaluate(sequence);
}

const uint32_t *sequence_order(const struct sequence *sequence)
{
        return sequence->order;
}

unsigned __int128 sequence_objective(const struct sequence *sequence)
{
        return sequence->objective;
}

/*
 * The gaps in which the job would have to pay for the feature: those behind *ret_from, up to and
 * with *ret_to. None where *ret_to is not the larger one; -1 is before gap 0.
 */
static void paying_gaps(const struct sequence *sequence, uint32_t job, uint32_t demand,
        int64_t *ret_from, int64_t *ret_to)
{
        struct turns turns[DEMAND_COUNT];
        enum demand_kind kind = DEMAND_KIND(demand);
        uint32_t implemented;

        memcpy(turns, sequence->turns[DEMAND_FEATURE(demand)], sizeof(turns));
        if (turns[kind].first == sequence->turns_of[job])
                turns[kind].first = turns[kind].second;
        implemented = implemented_at(turns);
        *ret_to = implemented == NEVER ? (int64_t)sequence->jobs->job_count : implemented;
        if (kind == DEMAND_IMPLEMENT)
                *ret_from = -1;
        else
                *ret_from = turns[kind == DEMAND_STUB ? DEMAND_FAKE : DEMAND_STUB].first;
}

/* Notes where the job's additional cost changes, or unnotes it; returns that at its own place. */
static int64_t note_changes(struct sequence *sequence, uint32_t job, bool noted)
{
        const struct jobs *jobs = sequence->jobs;
        int64_t own = 0, cost, from, to;

        for (size_t i = jobs->starts[job]; i < jobs->starts[job + 1]; i++) {
                paying_gaps(sequence, job, jobs->demands[i], &from, &to);
                if (to <= from)
                        continue;
                cost = (int64_t)jobs->costs[DEMAND_FEATURE(jobs->demands[i])];
                sequence->change[from + 1] += noted ? cost : -cost;
                sequence->change[to + 1] -= noted ? cost : -cost;
                if (from < sequence->turns_of[job] && sequence->turns_of[job] <= to)
                        own += cost;
        }
        return own;
}

/* The best gap for a job, and how much lower the objective is with it there. */
struct move {
        uint32_t gap;
        __int128 gain;
};

/*
 * Goes from gap to gap, away from the job's own. Passing another job towards the front adds what
 * our job costs before that one to the other's spending; and our own becomes what is spent so far
 * plus what we cost there.
 */
static void look_before(const struct sequence *sequence, uint32_t job, int64_t own, uint32_t reach,
        struct move *best)
{
        uint32_t turn = sequence->turns_of[job], limit = turn > reach ? turn - reach : 0;
        __int128 weight = sequence->jobs->weights[job], gain = 0;
        int64_t spent = (int64_t)sequence->spent[turn] + own, passed = own, next;

        for (uint32_t gap = turn; gap > limit;) {
                passed = own;
                own -= sequence->change[gap--];
                gain -= (__int128)sequence->jobs->weights[sequence->order[gap]] * passed;
                next = (int64_t)sequence->spent[gap] + own;
                gain += weight * (spent - next);
                spent = next;
                if (gain > best->gain)
                        *best = (struct move){.gap = gap, .gain = gain};
        }
}

/* The same towards the end. Behind our own turn `spent` contains what we cost. */
static void look_behind(const struct sequence *sequence, uint32_t job, int64_t own, uint32_t reach,
        struct move *best)
{
        uint32_t turn = sequence->turns_of[job], count = (uint32_t)sequence->jobs->job_count;
        __int128 weight = sequence->jobs->weights[job], gain = 0;
        int64_t spent = (int64_t)sequence->spent[turn] + own, next;

        /* The gaps on both sides of the job are the same. */
        own += sequence->change[turn + 1];
        for (uint32_t gap = turn + 2; gap <= count && gap - turn <= reach; gap++) {
                own += sequence->change[gap];
                gain += (__int128)sequence->jobs->weights[sequence->order[gap - 1]] * own;
                next = (int64_t)sequence->spent[gap];
                gain += weight * (spent - next);
                spent = next;
                if (gain > best->gain)
                        *best = (struct move){.gap = gap, .gain = gain};
        }
}

static void move_job(struct sequence *sequence, uint32_t job, uint32_t gap)
{
        uint32_t turn = sequence->turns_of[job], *order = sequence->order;

        if (gap < turn) {
                memmove(order + gap + 1, order + gap, (turn - gap) * sizeof(*order));
                order[gap] = job;
        } else {
                memmove(order + turn, order + turn + 1, (gap - 1 - turn) * sizeof(*order));
                order[gap - 1] = job;
        }
        evaluate(sequence);
}

/* Puts the job where it is best. Returns the steps that this took, negative where it moved. */
static int64_t place_job(struct sequence *sequence, uint32_t job, uint32_t reach)
{
        const struct jobs *jobs = sequence->jobs;
        int64_t steps = (int64_t)(jobs->starts[job + 1] - jobs->starts[job]);
        int64_t own = note_changes(sequence, job, true);
        struct move best = {};

        look_before(sequence, job, own, reach, &best);
        look_behind(sequence, job, own, reach, &best);
        note_changes(sequence, job, false);
        steps += 2 * (int64_t)(reach < jobs->job_count ? reach : jobs->job_count) + 1;
        if (best.gain <= 0)
                return steps;
        move_job(sequence, job, best.gap);
        return -steps - (int64_t)jobs->starts[jobs->job_count] - (int64_t)jobs->job_count;
}

/* Places that are farther away than this are only looked at where there are few jobs. */
#define REACH 2000

void sequence_improve(struct sequence *sequence, int64_t *steps)
{
        size_t unmoved = 0;
        int64_t taken;

        for (uint32_t job = 0; *steps > 0 && unmoved < sequence->jobs->job_count;
                job = job + 1 < sequence->jobs->job_count ? job + 1 : 0) {
                taken = place_job(sequence, job, REACH);
                unmoved = taken < 0 ? 0 : unmoved + 1;
                *steps -= taken < 0 ? -taken : taken;
        }
}
