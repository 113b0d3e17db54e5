/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/baseline.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/strings.h"

/* Observed runs, whose sets are united: what a program uses can differ a little from run to run. */
#define OBSERVED_RUNS 2

/* Runs one after the other, and at least so many side by side. */
#define SINGLE_RUNS   3
#define PARALLEL_RUNS 6

/* Further single runs, once one has failed, for a figure of how often it does. */
#define FLAKINESS_RUNS 10

/* No more runs than this per processor, however little each does. */
#define JOBS_PER_CPU_MAX 8

struct measurement {
        const struct baseline_options *options;
        struct observation *observation;
        const struct run_record *failed; /* the first that did not pass, or NULL */
        unsigned runs;
        unsigned failures;
        VECTOR(double) walls;
        VECTOR(double) cpus;
        double slowest;
        double ready;
};
#define CLEANUP_MEASUREMENT CLEANUP(measurement_clear)

static void measurement_clear(struct measurement *measurement)
{
        vector_clear(&measurement->walls);
        vector_clear(&measurement->cpus);
}

static void count_failure(struct measurement *measurement, const struct run_record *record)
{
        measurement->runs++;
        if (record->outcome.kind == OUTCOME_PASSED)
                return;
        measurement->failures++;
        if (!measurement->failed)
                measurement->failed = record;
}

static int observed_run_ended(
        const struct job *job, const struct run_record *record, struct error *error)
{
        struct measurement *measurement = job->context;
        int r;

        count_failure(measurement, record);
        r = observation_merge(measurement->observation, &record->observation);
        return r < 0 ? error_errno(error, -r, "keeping an observation") : 0;
}

static int plain_run_ended(
        const struct job *job, const struct run_record *record, struct error *error)
{
        struct measurement *measurement = job->context;
        double *wall, *cpu;

        count_failure(measurement, record);
        if (record->outcome.kind != OUTCOME_PASSED)
                return 0;
        wall = vector_add(&measurement->walls);
        cpu = vector_add(&measurement->cpus);
        if (!wall || !cpu)
                return error_errno(error, ENOMEM, "keeping a measurement");
        *wall = record->wall;
        *cpu = record->cpu;
        if (record->total > measurement->slowest)
                measurement->slowest = record->total;
        if (record->ready > measurement->ready)
                measurement->ready = record->ready;
        return 0;
}

/* What of a run is looked at. */
enum look {
        LOOK_TIME,
        LOOK_CALLS,
        LOOK_FILES,
};

static int make_runs(struct measurement *measurement, const char *purpose, unsigned count,
        enum look look, struct error *error)
{
        const struct baseline_options *options = measurement->options;
        struct job job = {
                .purpose = purpose,
                .observer = look == LOOK_CALLS ? options->observer : NULL,
                .record_files = look == LOOK_FILES,
                .timeout_ready = options->workload->timeout,
                .timeout_total = options->workload->timeout,
                .done = look == LOOK_TIME ? plain_run_ended : observed_run_ended,
                .context = measurement,
        };
        int r;

        /* Numbered through, so that no two runs of a purpose have the same key in the journal. */
        for (unsigned i = 0; i < count; i++) {
                job.attempt = measurement->runs + i;
                r = executor_submit(options->executor, &job, error);
                if (r < 0)
                        return r;
        }
        return executor_drain(options->executor, error);
}

static int refuse(struct measurement *measurement, struct error *error)
{
        char outcome[OUTCOME_TEXT_MAX];

        outcome_text(measurement->failed->outcome, outcome);
        if (measurement->failures == measurement->runs)
                error_set(error, ECANCELED, "the workload does not pass unmodified: %s%s", outcome,
                        measurement->failed->out_of_memory ? " (out of memory)" : "");
        else
                error_set(error, ECANCELED,
                        "the workload is flaky: %u of %u unmodified runs failed (the first: %s)",
                        measurement->failures, measurement->runs, outcome);
        return BASELINE_REFUSED;
}

/*
 * Something failed although nothing was withheld: finds out how often that happens, one run at a
 * time. Returns 0 where it does not happen then.
 */
static int measure_flakiness(struct measurement *measurement, struct error *error)
{
        unsigned failures = measurement->failures;
        int r;

        executor_begin_phase(measurement->options->executor, PHASE_BASELINE, FLAKINESS_RUNS);
        r = executor_set_jobs(measurement->options->executor, 1, error);
        if (r == 0)
                r = make_runs(measurement, "flakiness", FLAKINESS_RUNS, LOOK_TIME, error);
        if (r != 0)
                return r;
        return measurement->failures > failures ? refuse(measurement, error) : 0;
}

static int compare_doubles(const void *a, const void *b)
{
        double x = *(const double *)a, y = *(const double *)b;

        return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
        if (count == 0)
                return 0;
        qsort(values, count, sizeof(*values), compare_doubles);
        return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* As many runs as the processors can serve, by what a run takes of one. */
static unsigned choose_jobs(struct measurement *measurement)
{
        const struct baseline_options *options = measurement->options;
        double wall = median(measurement->walls.items, measurement->walls.count);
        double cpu = median(measurement->cpus.items, measurement->cpus.count);
        double most = options->cpus * JOBS_PER_CPU_MAX, jobs;

        if (options->jobs > 0)
                return options->jobs;
        jobs = cpu > 0 ? options->cpus * wall / cpu + 0.5 : most;
        if (jobs < options->cpus)
                jobs = options->cpus;
        if (jobs > most)
                jobs = most;
        return jobs < EXECUTOR_JOBS_MAX ? (unsigned)jobs : EXECUTOR_JOBS_MAX;
}

/*
 * Sees whether the workload also passes with that many runs at once; where it does not, but does
 * alone, with half as many, down to one.
 */
static int settle_jobs(struct measurement *measurement, unsigned jobs, struct error *error)
{
        struct executor *executor = measurement->options->executor;
        unsigned failures = measurement->failures;
        int r;

        for (; jobs > 1; jobs /= 2) {
                r = executor_set_jobs(executor, jobs, error);
                if (r == 0)
                        r = make_runs(measurement, "parallel",
                                jobs > PARALLEL_RUNS ? jobs : PARALLEL_RUNS, LOOK_TIME, error);
                if (r != 0 || measurement->failures == failures)
                        return r;
                if (failures == 0)
                        r = measure_flakiness(measurement, error);
                if (r != 0)
                        return r;
                failures = measurement->failures;
        }
        return executor_set_jobs(executor, 1, error);
}

/* A workload of which nothing counts says nothing, and every verdict on it would. */
static int refuse_empty(const struct measurement *measurement, struct error *error)
{
        const struct baseline_options *options = measurement->options;
        CLEANUP_FREE char *patterns = strings_join(options->workload->consider, ", ");
        CLEANUP_FREE char *others = scope_others(options->scope);

        if (!patterns || !others)
                return error_errno(error, ENOMEM, "keeping an observation");
        error_set(error, ECANCELED, "no process executed any of %s: nothing to analyse%s%s",
                patterns, *others ? "; executed were " : "", others);
        return BASELINE_REFUSED;
}

/* What the workload uses; nothing where nobody looks. */
static int observe(struct measurement *measurement, struct error *error)
{
        const struct baseline_options *options = measurement->options;
        int r;

        if (!options->observer)
                return 0;
        executor_begin_phase(
                options->executor, PHASE_OBSERVE, OBSERVED_RUNS * (options->files ? 2 : 1));
        r = make_runs(measurement, "observe", OBSERVED_RUNS, LOOK_CALLS, error);
        if (r == 0 && options->files)
                r = make_runs(measurement, "files", OBSERVED_RUNS, LOOK_FILES, error);
        return r;
}

int baseline_measure(const struct baseline_options *options, struct observation *ret_observation,
        struct baseline_result *ret, const struct run_record **ret_failed, struct error *error)
{
        CLEANUP_MEASUREMENT struct measurement measurement = {
                .options = options,
                .observation = ret_observation,
        };
        struct executor *executor = options->executor;
        int r;

        r = observe(&measurement, error);
        if (r == 0 && measurement.failures == 0 && !options->observe_only) {
                executor_begin_phase(executor, PHASE_BASELINE, SINGLE_RUNS + PARALLEL_RUNS);
                r = make_runs(&measurement, "baseline", SINGLE_RUNS, LOOK_TIME, error);
        }
        if (r == 0 && measurement.failures > 0) {
                r = measure_flakiness(&measurement, error);
                /* Even a failure that does not come back is one. */
                if (r == 0)
                        r = refuse(&measurement, error);
        }
        if (r == 0 && options->observer && options->scope && ret_observation->calls.count == 0)
                r = refuse_empty(&measurement, error);
        if (r == 0 && !options->observe_only)
                r = settle_jobs(&measurement, choose_jobs(&measurement), error);
        *ret_failed = measurement.failed;
        if (r != 0)
                return r;
        *ret = (struct baseline_result){
                .runs = measurement.runs,
                .failures = measurement.failures,
                .median = median(measurement.walls.items, measurement.walls.count),
                .slowest = measurement.slowest,
                .ready = measurement.ready,
                .cpu = median(measurement.cpus.items, measurement.cpus.count),
        };
        return 0;
}

struct time_limits baseline_time_limits(const struct baseline_result *baseline)
{
        return (struct time_limits){
                .expected = baseline->median,
                .ready = 0.2 + 2 * baseline->ready,
                .total = 0.2 + 2 * baseline->slowest,
                .processor = 0.3 + 5 * baseline->cpu,
                .hasty = 0.2 + 2.5 * baseline->slowest,
                .generous_ready = 1.1 + 4 * baseline->ready,
                .generous_total = 1.1 + 4 * baseline->slowest,
        };
}
