/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/executor.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/strings.h"
#include "base/vector.h"

/* Seconds between progress reports where nothing ends; less than 1. */
#define PROGRESS_INTERVAL 0.2

/*
 * How many runs may be overdue at once. They mostly wait for something that does not come, and so
 * need no processor; but one that spins must not be joined by too many of its kind.
 */
#define OVERDUE_MAX 48

/* Seconds between looks at runs that may be overdue: the kernel tells idle time in ticks of 0.01.
 */
#define OVERDUE_INTERVAL 0.02

/* Processors that are to spare when another run is started. */
#define IDLE_ENOUGH 0.3

struct place {
        struct run *run; /* NULL: free */
        struct job job;
        char *policy;
        char *key;
        double due;   /* when the run should have ended, on the monotonic clock */
        bool overdue; /* it has not, and does not count as one of the jobs any more */
};

struct executor {
        struct executor_options options;
        struct cgroup_pool *cgroups;
        VECTOR(struct job) queue;
        size_t next; /* the first job of the queue that has not been started */
        struct place places[EXECUTOR_JOBS_MAX + OVERDUE_MAX];
        unsigned jobs;
        unsigned under_way;       /* runs that count as jobs */
        unsigned overdue;         /* runs that do not */
        double idle_since;        /* when idle time was last looked at, on the monotonic clock */
        unsigned long idle_ticks; /* and what it was then */
        struct executor_totals totals;
        double start; /* of the analysis, as if all its parts had followed one another */
        double phase_start;
        unsigned phase_reused;
        struct progress progress;
        char event[256];
};

static void place_clear(struct place *place)
{
        run_free(place->run);
        free(place->policy);
        free(place->key);
        *place = (struct place){};
}

int executor_new(const struct executor_options *options, struct executor **ret, struct error *error)
{
        CLEANUP_EXECUTOR struct executor *executor = calloc(1, sizeof(*executor));
        int r;

        if (!executor)
                return error_errno(error, ENOMEM, "preparing runs");
        executor->options = *options;
        executor->start = clock_seconds() - journal_elapsed(options->journal);
        r = executor_set_jobs(executor, 1, error);
        if (r < 0)
                return r;
        *ret = steal_pointer(executor);
        return 0;
}

struct executor *executor_free(struct executor *executor)
{
        if (!executor)
                return NULL;
        for (size_t i = 0; i < ARRAY_SIZE(executor->places); i++)
                place_clear(&executor->places[i]);
        vector_clear(&executor->queue);
        cgroup_pool_free(executor->cgroups);
        free(executor);
        return NULL;
}

int executor_set_jobs(struct executor *executor, unsigned jobs, struct error *error)
{
        const struct workload_limits *limits = &executor->options.workload->limits;
        const struct cgroup_limits cgroup_limits = {
                /* What is written to the sandbox's file system stands in memory, and counts as
                   such. */
                .memory = limits->memory + limits->disk,
                .processes = limits->processes,
        };
        struct cgroup_pool *pool;
        int r;

        if (executor->cgroups && jobs == executor->jobs)
                return 0;
        r = cgroup_pool_new(&cgroup_limits, jobs + OVERDUE_MAX, &pool, error);
        if (r < 0)
                return r;
        cgroup_pool_free(executor->cgroups);
        executor->cgroups = pool;
        executor->jobs = jobs;
        return 0;
}

unsigned executor_jobs(const struct executor *executor)
{
        return executor->jobs;
}

const char *executor_limits(const struct executor *executor)
{
        return cgroup_pool_describe(executor->cgroups);
}

struct executor_totals executor_totals(const struct executor *executor)
{
        struct executor_totals totals = executor->totals;

        totals.wall = clock_seconds() - executor->start;
        return totals;
}

static void report_progress(struct executor *executor, const char *event)
{
        struct progress *progress = &executor->progress;
        double now = clock_seconds();
        unsigned measured = progress->done - executor->phase_reused;

        if (!executor->options.progress)
                return;
        progress->elapsed = now - executor->start;
        progress->remaining = -1;
        if (progress->expected > 0 && measured >= 3)
                progress->remaining =
                        (now - executor->phase_start) / measured *
                        (progress->expected > progress->done ? progress->expected - progress->done
                                                             : 0);
        progress->event = event;
        executor->options.progress(progress, executor->options.progress_context);
}

void executor_begin_phase(struct executor *executor, enum phase phase, unsigned expected)
{
        executor->progress = (struct progress){.phase = phase, .expected = expected};
        executor->phase_start = clock_seconds();
        executor->phase_reused = 0;
        report_progress(executor, NULL);
}

void executor_expect(struct executor *executor, int more)
{
        executor->progress.expected += more;
}

int executor_submit(struct executor *executor, const struct job *job, struct error *error)
{
        struct job *queued;

        /* The place of a job that has been started is free: what follows up on it goes first. */
        if (job->attempt > 0 && executor->next > 0)
                queued = &executor->queue.items[--executor->next];
        else
                queued = vector_add(&executor->queue);
        if (!queued)
                return error_errno(error, ENOMEM, "queueing a run");
        *queued = *job;
        return 0;
}

void executor_promote(struct executor *executor, const struct policy *policy)
{
        struct job *first = executor->queue.items + executor->next, promoted;

        for (size_t i = executor->next; i < executor->queue.count; i++) {
                promoted = executor->queue.items[i];
                if (promoted.policy != policy)
                        continue;
                memmove(first + 1, first, (i - executor->next) * sizeof(*first));
                *first = promoted;
                return;
        }
}

/* Counts a run that has ended, tells, and calls back. */
static int job_ended(struct executor *executor, const struct job *job,
        const struct run_record *record, struct error *error)
{
        char outcome[OUTCOME_TEXT_MAX];

        executor->totals.runs++;
        executor->totals.run_seconds += record->wall;
        executor->progress.done++;
        snprintf(executor->event, sizeof(executor->event), "%s %s: %s (%.3f s)", job->purpose,
                *record->policy ? record->policy : "unmodified",
                outcome_text(record->outcome, outcome), record->wall);
        report_progress(executor, executor->event);
        return job->done(job, record, error);
}

/* The run was made before: in an earlier part of the analysis, or for another question in this one.
 */
static int job_known(struct executor *executor, const struct job *job,
        const struct run_record *record, bool first, struct error *error)
{
        if (!first)
                return job->done(job, record, error);
        executor->totals.reused++;
        executor->phase_reused++;
        return job_ended(executor, job, record, error);
}

static struct place *free_place(struct executor *executor)
{
        struct place *place = executor->places;

        while (place->run)
                place++;
        return place;
}

static int start_run(struct executor *executor, struct place *place, struct error *error)
{
        const struct run_options options = {
                .workload = executor->options.workload,
                .policy = place->job.policy,
                .observer = place->job.observer,
                .record_files = place->job.record_files,
                .record_refusals = place->job.record_refusals,
                .cgroups = executor->cgroups,
                .slot = (unsigned)(place - executor->places),
                .timeout_ready = place->job.timeout_ready,
                .timeout_total = place->job.timeout_total,
                .processor_limit = place->job.processor_limit,
                .scope = executor->options.scope,
                .count_launch = executor->options.count_launch,
                .sample = place->job.sample,
                .filter_always = place->job.filter_always,
                .processors = place->job.processors,
                .output_limit = EXECUTOR_OUTPUT_KEPT,
        };

        return run_start(&options, &place->run, error);
}

/* Takes the next job out of the queue: from the journal, or into a free place. */
static int start_next(struct executor *executor, struct error *error)
{
        struct place *place = free_place(executor);
        const struct run_record *record;
        bool first;
        int r;

        place->job = executor->queue.items[executor->next++];
        if (executor->next == executor->queue.count)
                executor->next = executor->queue.count = 0;
        place->policy = place->job.policy ? policy_text(place->job.policy) : strdup("");
        if (place->policy)
                place->key = string_format("%s%s%s #%u", place->job.purpose,
                        *place->policy ? " " : "", place->policy, place->job.attempt);
        if (!place->key) {
                r = error_errno(error, ENOMEM, "starting a run");
        } else if ((record = journal_take(executor->options.journal, place->key, &first))) {
                r = job_known(executor, &place->job, record, first, error);
        } else {
                r = start_run(executor, place, error);
                if (r == 0) {
                        place->due = clock_seconds() + place->job.expected;
                        executor->under_way++;
                        return 0;
                }
        }
        place_clear(place);
        return r;
}

/* Ticks (sysconf(_SC_CLK_TCK) a second) that all processors together have been idle since boot. */
static int read_idle_ticks(unsigned long *ret)
{
        CLEANUP_FREE char *text = NULL;
        unsigned long idle, waiting;
        int r;

        /* proc(5), /proc/stat: "cpu  user nice system idle iowait …" */
        r = read_file("/proc/stat", 1u << 20, &text, NULL);
        if (r < 0)
                return r;
        if (sscanf(text, "cpu %*u %*u %*u %lu %lu", &idle, &waiting) != 2)
                return -EINVAL;
        *ret = idle + waiting;
        return 0;
}

/* Whether the processors had time to spare since this was last asked. */
static bool processors_idle(struct executor *executor, double now)
{
        unsigned long ticks;
        double idle;

        if (read_idle_ticks(&ticks) < 0)
                return false;
        idle = (double)(ticks - executor->idle_ticks) / (double)sysconf(_SC_CLK_TCK);
        idle /= now - executor->idle_since;
        executor->idle_ticks = ticks;
        executor->idle_since = now;
        return idle > IDLE_ENOUGH;
}

/*
 * A run that has outlived its expected time while the processors are idle most likely waits for
 * something that does not come. It counts no longer as one of the jobs, so that another can start
 * beside it. Returns the seconds until this is to be looked at again, at most PROGRESS_INTERVAL.
 */
static double pass_over_overdue(struct executor *executor)
{
        double now = clock_seconds(), next = PROGRESS_INTERVAL;
        struct place *place, *first = NULL;

        for (size_t i = 0; i < ARRAY_SIZE(executor->places); i++) {
                place = &executor->places[i];
                if (!place->run || place->overdue || place->job.expected == 0)
                        continue;
                if (place->due > now)
                        next = place->due - now < next ? place->due - now : next;
                else if (!first || place->due < first->due)
                        first = place;
        }
        if (!first || executor->overdue == OVERDUE_MAX)
                return next;
        if (now - executor->idle_since < OVERDUE_INTERVAL)
                return OVERDUE_INTERVAL;
        /* One at a time: what is started in its place may need the processor. */
        if (processors_idle(executor, now)) {
                first->overdue = true;
                executor->overdue++;
                executor->under_way--;
        }
        return OVERDUE_INTERVAL;
}

static int finish_run(struct executor *executor, struct place *place, struct error *error)
{
        const struct run_record *record;
        struct run_result result = {};
        int r;

        if (place->overdue)
                executor->overdue--;
        else
                executor->under_way--;
        r = run_finish(place->run, &result, error);
        if (r == 0)
                r = journal_append(executor->options.journal, place->key, place->policy,
                        place->job.timeout_total, clock_seconds() - executor->start, &result,
                        &record, error);
        if (r == 0)
                r = job_ended(executor, &place->job, record, error);
        run_result_clear(&result);
        place_clear(place);
        return r;
}

/* Waits until a run ends, or for `seconds`, and finishes all that have ended. */
static int wait_runs(struct executor *executor, double seconds, struct error *error)
{
        struct pollfd fds[ARRAY_SIZE(executor->places) + 1];
        struct place *places[ARRAY_SIZE(executor->places)];
        struct timespec timeout = {.tv_nsec = (long)(seconds * 1e9)};
        nfds_t count = 0;
        int r;

        for (unsigned i = 0; i < ARRAY_SIZE(executor->places); i++) {
                if (!executor->places[i].run)
                        continue;
                places[count] = &executor->places[i];
                fds[count++] =
                        (struct pollfd){.fd = run_pidfd(executor->places[i].run), .events = POLLIN};
        }
        fds[count] = (struct pollfd){.fd = executor->options.interrupt_fd, .events = POLLIN};
        r = ppoll(fds, count + 1, &timeout, NULL);
        if (r < 0 && errno != EINTR)
                return error_errno(error, errno, "waiting for runs");
        if (r <= 0) {
                report_progress(executor, NULL);
                return 0;
        }
        if (fds[count].revents)
                return EXECUTOR_INTERRUPTED;
        for (nfds_t i = 0; i < count; i++) {
                if (!fds[i].revents)
                        continue;
                r = finish_run(executor, places[i], error);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Runs that do not come to their end by themselves. */
static int finish_stuck(struct executor *executor, struct error *error)
{
        double now = clock_seconds();
        int r = 0;

        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(executor->places); i++) {
                struct place *place = &executor->places[i];

                if (place->run && now > run_deadline(place->run))
                        r = finish_run(executor, place, error);
        }
        return r;
}

/* Ends what is under way and forgets what is queued. */
static void abandon(struct executor *executor)
{
        for (size_t i = 0; i < ARRAY_SIZE(executor->places); i++)
                place_clear(&executor->places[i]);
        executor->under_way = executor->overdue = 0;
        executor->next = executor->queue.count = 0;
}

int executor_drain(struct executor *executor, struct error *error)
{
        double seconds;
        int r = 0;

        while (r == 0 && (executor->under_way > 0 || executor->overdue > 0 ||
                                 executor->next < executor->queue.count)) {
                while (r == 0 && executor->next < executor->queue.count &&
                        executor->under_way < executor->jobs)
                        r = start_next(executor, error);
                seconds = pass_over_overdue(executor);
                if (r == 0 && (executor->under_way > 0 || executor->overdue > 0))
                        r = wait_runs(executor, seconds, error);
                if (r == 0)
                        r = finish_stuck(executor, error);
        }
        if (r != 0)
                abandon(executor);
        return r;
}
