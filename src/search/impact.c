/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/impact.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "run/processors.h"

/* One avoidable feature and its runs. Records belong to the journal. */
struct subject {
        struct feature feature;
        enum mode mode;
        struct policy *policy;
        const struct run_record **baseline; /* one for each repeat */
        const struct run_record **variant;
};

struct measurement {
        const struct impact_options *options;
        const struct processors *processors; /* NULL: not pinned */
        VECTOR(struct subject) subjects;
};
#define CLEANUP_MEASUREMENT CLEANUP(measurement_clear)

static void measurement_clear(struct measurement *measurement)
{
        struct subject *subject;

        vector_for_each(subject, &measurement->subjects) {
                policy_free(subject->policy);
                free(subject->baseline);
                free(subject->variant);
        }
        vector_clear(&measurement->subjects);
}

static int take_record(const struct job *job, const struct run_record *record, struct error *error)
{
        (void)error;
        *(const struct run_record **)job->context = record;
        return 0;
}

/* Makes one run, alone. `policy` NULL: unmodified. */
static int make_run(const struct measurement *measurement, const struct policy *policy,
        unsigned number, const struct run_record **ret, struct error *error)
{
        const struct time_limits *limits = measurement->options->limits;
        const struct job job = {
                .policy = policy,
                .purpose = "impact",
                .attempt = number,
                /* Half of the processors only may take twice the time. */
                .timeout_ready = 2 * limits->generous_ready,
                .timeout_total = 2 * limits->generous_total,
                .sample = true,
                .filter_always = true,
                .processors = measurement->processors,
                .done = take_record,
                .context = ret,
        };
        int r;

        r = executor_submit(measurement->options->executor, &job, error);
        return r < 0 ? r : executor_drain(measurement->options->executor, error);
}

/* One repeat of one feature: with and without it, in the order that changes. */
static int make_pair(
        const struct measurement *measurement, size_t index, unsigned repeat, struct error *error)
{
        struct subject *subject = &measurement->subjects.items[index];
        unsigned number = repeat * (unsigned)measurement->subjects.count + (unsigned)index;
        int r = 0;

        for (unsigned turn = 0; r == 0 && turn < 2; turn++) {
                if (turn == repeat % 2)
                        r = make_run(measurement, NULL, number, &subject->baseline[repeat], error);
                else
                        r = make_run(measurement, subject->policy, repeat,
                                &subject->variant[repeat], error);
        }
        return r;
}

static int add_subject(struct measurement *measurement, struct feature feature, enum mode mode,
        const struct withholding *withholding)
{
        const struct impact_options *options = measurement->options;
        struct subject *subject = vector_add(&measurement->subjects);

        if (!subject)
                return -ENOMEM;
        *subject = (struct subject){
                .feature = feature,
                .mode = mode,
                .policy = withhold_one(feature, mode, withholding),
                .baseline = calloc(options->repeats, sizeof(*subject->baseline)),
                .variant = calloc(options->repeats, sizeof(*subject->variant)),
        };
        if (!subject->policy || !subject->baseline || !subject->variant)
                return -ENOMEM;
        return 0;
}

static int add_subjects(struct measurement *measurement, const struct analysis *analysis)
{
        const struct analysed_feature *feature;
        enum mode mode;
        int r = 0;

        vector_for_each(feature, &analysis->features) {
                if (r < 0 || !feature_is_avoidable(feature, &mode) ||
                        analysis_call_is_avoidable(analysis, feature->feature))
                        continue;
                r = add_subject(measurement, feature->feature, mode, &analysis->withholding);
        }
        return r;
}

static int make_runs(const struct measurement *measurement, struct error *error)
{
        struct executor *executor = measurement->options->executor;
        unsigned repeats = measurement->options->repeats;
        int r;

        executor_begin_phase(
                executor, PHASE_IMPACT, 2 * repeats * (unsigned)measurement->subjects.count);
        r = executor_set_jobs(executor, 1, error);
        for (unsigned repeat = 0; r == 0 && repeat < repeats; repeat++)
                for (size_t i = 0; r == 0 && i < measurement->subjects.count; i++)
                        r = make_pair(measurement, i, repeat, error);
        return r;
}

/* NAN where the run does not tell. */
static double value_of(enum metric metric, const struct run_record *record)
{
        const struct usage *usage = &record->usage;

        switch (metric) {
        case METRIC_SCORE:
                return record->score;
        case METRIC_WALL:
                return record->total;
        case METRIC_MEMORY:
                return usage->memory > 0 ? (double)usage->memory : NAN;
        case METRIC_FILES:
                return usage->files > 0 ? (double)usage->files : NAN;
        case METRIC_CPU:
                return usage->cpu;
        case METRIC_SWITCHES:
                return (double)usage->context_switches;
        case METRIC_FILE_BYTES:
                return (double)usage->file_bytes;
        case METRIC_FILE_OPERATIONS:
                return (double)usage->file_operations;
        case METRIC_NETWORK_BYTES:
                return (double)usage->network_bytes;
        case METRIC_NETWORK_OPERATIONS:
                return (double)usage->network_operations;
        case METRIC_COUNT:
                break;
        }
        return NAN;
}

/* The values of the runs that passed: of others it is not known how far they came. */
static size_t take_values(
        enum metric metric, const struct run_record *const *records, unsigned count, double *ret)
{
        size_t taken = 0;

        for (unsigned i = 0; i < count; i++) {
                if (records[i]->outcome.kind != OUTCOME_PASSED)
                        continue;
                ret[taken] = value_of(metric, records[i]);
                taken += !isnan(ret[taken]);
        }
        return taken;
}

static unsigned count_failures(const struct run_record *const *records, unsigned count)
{
        unsigned failures = 0;

        for (unsigned i = 0; i < count; i++)
                failures += records[i]->outcome.kind != OUTCOME_PASSED;
        return failures;
}

static int evaluate(
        const struct subject *subject, unsigned repeats, double *values, struct feature_impact *ret)
{
        size_t baseline, variant;
        int r = 0;

        *ret = (struct feature_impact){
                .feature = subject->feature,
                .mode = subject->mode,
                .failures = count_failures(subject->variant, repeats),
                .baseline_failures = count_failures(subject->baseline, repeats),
        };
        for (enum metric metric = 0; r == 0 && metric < METRIC_COUNT; metric++) {
                baseline = take_values(metric, subject->baseline, repeats, values);
                variant = take_values(metric, subject->variant, repeats, values + baseline);
                r = effect_estimate(
                        values, baseline, values + baseline, variant, &ret->effects[metric]);
        }
        return r;
}

static int evaluate_all(const struct measurement *measurement, struct impact_result *impact)
{
        unsigned repeats = measurement->options->repeats;
        CLEANUP_FREE double *values = calloc(2 * (size_t)repeats, sizeof(*values));
        const struct subject *subject;
        struct feature_impact *feature;
        int r;

        if (!values)
                return -ENOMEM;
        impact->repeats = repeats;
        impact->pinned = measurement->processors != NULL;
        vector_for_each(subject, &measurement->subjects) {
                feature = vector_add(&impact->features);
                r = feature ? evaluate(subject, repeats, values, feature) : -ENOMEM;
                if (r < 0)
                        return r;
        }
        return effects_judge(impact);
}

int impact_measure(
        const struct impact_options *options, struct analysis *analysis, struct error *error)
{
        CLEANUP_MEASUREMENT struct measurement measurement = {.options = options};
        struct processors processors;
        int r;

        if (processors_find(&processors))
                measurement.processors = &processors;
        r = add_subjects(&measurement, analysis);
        if (r < 0)
                return error_errno(error, -r, "preparing measurements");
        r = make_runs(&measurement, error);
        if (r != 0)
                return r;
        r = evaluate_all(&measurement, &analysis->impact);
        return r < 0 ? error_errno(error, -r, "evaluating measurements") : 0;
}
