/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/jobs.h"

#include <errno.h>

#include "plan/queue.h"

/* What has happened to a feature so far. */
struct progress {
        bool implemented, stubbed, faked; /* the latter two: somebody was promised so */
};

struct density_order {
        const struct jobs *jobs;
        const uint32_t *classes;
        uint32_t class;            /* that is being put in order */
        struct queue *queue;       /* its jobs */
        bool *queued;              /* by job */
        uint64_t *due;             /* by job: what it would cost now */
        struct progress *progress; /* by feature */
        size_t *user_starts;       /* by feature: its first place in `users`; then the size */
        uint32_t *users;           /* jobs, each with what it demands: DEMAND(job, kind) */
        uint32_t *by_class;        /* jobs */
};

static void density_order_clear(struct density_order *order)
{
        queue_free(order->queue);
        free(order->queued);
        free(order->due);
        free(order->progress);
        free(order->user_starts);
        free(order->users);
        free(order->by_class);
}

/* Cost by weight, in parts of 2^-20; what has no weight comes last. */
static void enqueue(struct density_order *order, uint32_t job)
{
        uint64_t weight = order->jobs->weights[job];
        unsigned __int128 ratio = (unsigned __int128)order->due[job] << 20;
        struct queue_key key = {.cost = UINT64_MAX};

        if (!order->due[job])
                key.cost = 0;
        else if (weight && ratio / weight < UINT64_MAX)
                key.cost = (uint64_t)(ratio / weight);
        queue_set(order->queue, job, key);
        order->queued[job] = true;
}

static void change_due(struct density_order *order, uint32_t job, uint64_t cost, bool more)
{
        if (more)
                order->due[job] += cost;
        else
                order->due[job] -= cost;
        if (order->queued[job])
                enqueue(order, job);
}

/* True where a job that demands so has to have the feature implemented first. */
static bool is_due(const struct progress *progress, enum demand_kind kind)
{
        if (progress->implemented)
                return false;
        return kind == DEMAND_IMPLEMENT || (kind == DEMAND_STUB && progress->faked) ||
               (kind == DEMAND_FAKE && progress->stubbed);
}

/* What is due of a feature changes for its users when one of them has had its turn. */
static void promise(struct density_order *order, uint32_t demand)
{
        uint32_t feature = DEMAND_FEATURE(demand);
        enum demand_kind kind = DEMAND_KIND(demand);
        struct progress before = order->progress[feature];
        struct progress *progress = &order->progress[feature];
        bool was_due, due;

        progress->implemented = before.implemented || is_due(&before, kind);
        progress->stubbed = before.stubbed || kind == DEMAND_STUB;
        progress->faked = before.faked || kind == DEMAND_FAKE;
        if (progress->implemented == before.implemented && progress->stubbed == before.stubbed &&
                progress->faked == before.faked)
                return;
        for (size_t i = order->user_starts[feature]; i < order->user_starts[feature + 1]; i++) {
                was_due = is_due(&before, DEMAND_KIND(order->users[i]));
                due = is_due(progress, DEMAND_KIND(order->users[i]));
                if (was_due != due)
                        change_due(order, DEMAND_FEATURE(order->users[i]),
                                order->jobs->costs[feature], due);
        }
}

static void find_users(struct density_order *order)
{
        const struct jobs *jobs = order->jobs;
        size_t *starts = order->user_starts;

        /* Counts go two places further on: filling moves each start where the next one's is. */
        for (size_t i = 0; i < jobs->starts[jobs->job_count]; i++)
                starts[DEMAND_FEATURE(jobs->demands[i]) + 2]++;
        for (size_t feature = 2; feature < jobs->feature_count + 2; feature++)
                starts[feature] += starts[feature - 1];
        for (uint32_t job = 0; job < jobs->job_count; job++)
                for (size_t i = jobs->starts[job]; i < jobs->starts[job + 1]; i++) {
                        uint32_t demand = jobs->demands[i];

                        order->users[starts[DEMAND_FEATURE(demand) + 1]++] =
                                DEMAND(job, DEMAND_KIND(demand));
                        if (DEMAND_KIND(demand) == DEMAND_IMPLEMENT)
                                order->due[job] += jobs->costs[DEMAND_FEATURE(demand)];
                }
}

static int compare_classes(const void *a, const void *b, void *context)
{
        const uint32_t *classes = context;
        uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

        if (classes && classes[x] != classes[y])
                return classes[x] < classes[y] ? -1 : 1;
        return (x > y) - (x < y);
}

static int allocate(struct density_order *order)
{
        const struct jobs *jobs = order->jobs;

        order->queue = queue_new(jobs->job_count);
        order->queued = calloc(jobs->job_count + 1, sizeof(*order->queued));
        order->due = calloc(jobs->job_count + 1, sizeof(*order->due));
        order->progress = calloc(jobs->feature_count + 1, sizeof(*order->progress));
        order->user_starts = calloc(jobs->feature_count + 2, sizeof(*order->user_starts));
        order->users = calloc(jobs->starts[jobs->job_count] + 1, sizeof(*order->users));
        order->by_class = calloc(jobs->job_count + 1, sizeof(*order->by_class));
        if (!order->queue || !order->queued || !order->due || !order->progress ||
                !order->user_starts || !order->users || !order->by_class)
                return -ENOMEM;
        return 0;
}

int jobs_order_by_density(const struct jobs *jobs, const uint32_t *classes, uint32_t *order)
{
        struct density_order density CLEANUP(density_order_clear) = {
                .jobs = jobs,
                .classes = classes,
        };
        size_t queued = 0, done = 0;
        uint32_t job;
        int r;

        r = allocate(&density);
        if (r < 0)
                return r;
        find_users(&density);
        for (uint32_t i = 0; i < jobs->job_count; i++)
                density.by_class[i] = i;
        qsort_r(density.by_class, jobs->job_count, sizeof(*density.by_class), compare_classes,
                (void *)classes);
        while (done < jobs->job_count) {
                uint32_t first = density.by_class[done];

                for (; queued < jobs->job_count &&
                        (!classes || classes[density.by_class[queued]] == classes[first]);
                        queued++)
                        enqueue(&density, density.by_class[queued]);
                while (queue_take(density.queue, &job)) {
                        density.queued[job] = false;
                        order[done++] = job;
                        for (size_t i = jobs->starts[job]; i < jobs->starts[job + 1]; i++)
                                promise(&density, jobs->demands[i]);
                }
        }
        return 0;
}
