/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "search/environment.h"
#include "search/impact.h"
#include "search/joint.h"
#include "search/silent.h"
#include "search/trial.h"

/* The trials of one feature, by mode; those of modes that do not apply stay empty. */
struct feature_trials {
        struct policy *policies[MODE_COUNT];
        struct trial trials[MODE_COUNT];
};

static bool is_among(const struct feature *features, size_t count, struct feature feature)
{
        for (size_t i = 0; i < count; i++)
                if (feature_equal(features[i], feature))
                        return true;
        return false;
}

/* A call is wanted with all its sub-features. */
bool search_is_wanted(const struct feature *only, size_t only_count, struct feature feature)
{
        return !only || is_among(only, only_count, feature) ||
               (feature.kind == FEATURE_SUBFEATURE &&
                       is_among(only, only_count, feature_call(feature)));
}

/* VERDICT_UNTESTED where nothing is known. */
static enum verdict known_verdict(const struct search_options *options, struct feature feature)
{
        for (size_t i = 0; i < options->known_count; i++)
                if (feature_equal(options->known[i].feature, feature))
                        return options->known[i].verdict;
        return VERDICT_UNTESTED;
}

static int take_features(const struct search_options *options,
        const struct observation *observation, struct analysis *analysis)
{
        struct analysed_feature *feature;
        const struct observed_call *call;

        vector_for_each(call, &observation->calls) {
                if (!search_is_wanted(options->only, options->only_count, call->feature))
                        continue;
                feature = vector_add(&analysis->features);
                if (!feature)
                        return -ENOMEM;
                feature->feature = call->feature;
                feature->count = call->count;
        }
        return 0;
}

/* A file that is denied by the errno of an absent one is stubbed: the runs would be the same. */
static bool is_stub(const struct search_options *options, struct feature feature, enum mode mode)
{
        return mode == MODE_DENY && options->withholding.stub_errno == policy_errno_of(feature);
}

static int make_trials(const struct search_options *options, struct executor *executor,
        const struct time_limits *limits, struct feature feature, struct feature_trials *trials)
{
        for (enum mode mode = 0; mode < MODE_COUNT; mode++) {
                if (!mode_applies(mode, feature.kind) || is_stub(options, feature, mode))
                        continue;
                trials->policies[mode] = withhold_one(feature, mode, &options->withholding);
                if (!trials->policies[mode])
                        return -ENOMEM;
                trials->trials[mode] = (struct trial){
                        .executor = executor,
                        .limits = limits,
                        .policy = trials->policies[mode],
                        .purpose = "feature",
                        .replicas = options->replicas,
                };
        }
        trials->trials[MODE_FAKE].sibling = trials->policies[MODE_STUB];
        return 0;
}

/*
 * Queues all trials. Fakes first: a program that was told of success is more likely to wait for
 * what never comes, and those long runs then have company to the end.
 */
static int start_trials(struct feature_trials *trials, size_t count, struct error *error)
{
        static const enum mode order[] = {MODE_FAKE, MODE_STUB, MODE_DENY};
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
                for (size_t j = 0; r == 0 && j < count; j++)
                        if (trials[j].policies[order[i]])
                                r = trial_start(&trials[j].trials[order[i]], error);
        }
        return r;
}

/* Where one mode that works is enough: the one that is tried first. */
static enum mode first_mode(const struct search_options *options, struct feature feature)
{
        return known_verdict(options, feature) == VERDICT_FAKE ? MODE_FAKE : MODE_STUB;
}

/* One mode for each, and the other one for those that do not work. */
static int try_until_one_works(const struct search_options *options, struct executor *executor,
        struct feature_trials *trials, struct analysed_feature **features, size_t count,
        struct error *error)
{
        unsigned failed = 0;
        int r = 0;

        for (size_t i = 0; r == 0 && i < count; i++)
                r = trial_start(
                        &trials[i].trials[first_mode(options, features[i]->feature)], error);
        if (r == 0)
                r = executor_drain(executor, error);
        for (size_t i = 0; r == 0 && i < count; i++) {
                const enum mode first = first_mode(options, features[i]->feature);
                const enum mode other = first == MODE_STUB ? MODE_FAKE : MODE_STUB;

                if (trials[i].trials[first].result.works)
                        continue;
                failed++;
                r = trial_start(&trials[i].trials[other], error);
        }
        if (r != 0 || failed == 0)
                return r;
        executor_expect(executor, (int)(failed * options->replicas));
        return executor_drain(executor, error);
}

static int try_all_modes(
        struct executor *executor, struct feature_trials *trials, size_t count, struct error *error)
{
        int r = start_trials(trials, count, error);

        return r == 0 ? executor_drain(executor, error) : r;
}

/* Moves the results to the feature, and releases what the trials own. */
static void end_trials(const struct search_options *options, struct feature_trials *trials,
        struct analysed_feature *feature)
{
        for (enum mode mode = 0; mode < MODE_COUNT; mode++) {
                *feature_mode(feature, mode) = trials->trials[mode].result;
                policy_free(trials->policies[mode]);
        }
        if (mode_applies(MODE_DENY, feature->feature.kind) &&
                is_stub(options, feature->feature, MODE_DENY))
                feature->deny = feature->stub;
}

/* Tries these features, in every mode that applies or until one works. */
static int try_features(const struct search_options *options, struct executor *executor,
        const struct time_limits *limits, struct analysed_feature **features, size_t count,
        struct error *error)
{
        CLEANUP_FREE struct feature_trials *trials = calloc(count + 1, sizeof(*trials));
        int r = trials ? 0 : -ENOMEM;

        for (size_t i = 0; r == 0 && i < count; i++)
                r = make_trials(options, executor, limits, features[i]->feature, &trials[i]);
        if (r < 0)
                error_errno(error, -r, "preparing trials");
        else if (options->depth == SEARCH_REQUIRED)
                r = try_until_one_works(options, executor, trials, features, count, error);
        else
                r = try_all_modes(executor, trials, count, error);
        for (size_t i = 0; trials && i < count; i++)
                end_trials(options, &trials[i], features[i]);
        return r;
}

/*
 * Whether the feature's turn is in the phase, and it has not been tested yet. Sub-features follow
 * their calls.
 */
static bool is_due(const struct search_options *options, const struct analysis *analysis,
        const struct analysed_feature *feature, enum phase phase)
{
        if ((feature->feature.kind == FEATURE_SUBFEATURE) != (phase == PHASE_SUBFEATURES) ||
                verdict_of(feature) != VERDICT_UNTESTED ||
                (options->depth == SEARCH_REQUIRED &&
                        known_verdict(options, feature->feature) == VERDICT_REQUIRED))
                return false;
        return options->subfeatures == SUBFEATURES_ALL ||
               !analysis_call_is_avoidable(analysis, feature->feature);
}

/* In how many modes the feature is tried, at least. */
static unsigned count_modes(const struct search_options *options, struct feature feature)
{
        unsigned modes = 0;

        if (options->depth == SEARCH_REQUIRED)
                return 1;
        for (enum mode mode = 0; mode < MODE_COUNT; mode++)
                modes += mode_applies(mode, feature.kind) && !is_stub(options, feature, mode);
        return modes;
}

static int try_phase(const struct search_options *options, struct executor *executor,
        const struct time_limits *limits, struct analysis *analysis, enum phase phase,
        struct error *error)
{
        CLEANUP_FREE struct analysed_feature **due =
                calloc(analysis->features.count + 1, sizeof(*due));
        struct analysed_feature *feature;
        unsigned trials = 0;
        size_t count = 0;

        if (!due)
                return error_errno(error, ENOMEM, "preparing trials");
        vector_for_each(feature, &analysis->features) {
                if (!is_due(options, analysis, feature, phase))
                        continue;
                due[count++] = feature;
                trials += count_modes(options, feature->feature);
        }
        if (count == 0)
                return 0;
        executor_begin_phase(executor, phase, trials * options->replicas);
        return try_features(options, executor, limits, due, count, error);
}

static int copy_only(const struct search_options *options, struct analysis *analysis)
{
        struct feature *feature;

        for (size_t i = 0; i < options->only_count; i++) {
                feature = vector_add(&analysis->only);
                if (!feature)
                        return -ENOMEM;
                *feature = options->only[i];
        }
        return 0;
}

static int describe(
        const struct search_options *options, struct analysis *analysis, struct error *error)
{
        const struct workload *workload = options->workload;
        int r;

        analysis->application_name = strdup(workload->application_name);
        analysis->workload_name = strdup(workload->name);
        if (!analysis->application_name || !analysis->workload_name ||
                copy_only(options, analysis) < 0)
                return error_errno(error, ENOMEM, "preparing the analysis");
        analysis->workload_kind = workload_kind_name(workload->kind);
        analysis->observer = observer_kind_name(observer_kind(options->observer));
        analysis->replicas = options->replicas;
        analysis->withholding = options->withholding;
        analysis->count_launch = options->count_launch;
        analysis->subfeatures = options->subfeatures;
        analysis->files = options->files;
        analysis->joint_wanted = options->joint;
        r = workload_digest(workload, analysis->workload_digest, error);
        if (r == 0)
                r = workload_conditions_digest(workload, analysis->workload_conditions, error);
        if (r == 0)
                r = environment_describe(workload, analysis, error);
        if (r == 0)
                r = environment_version(workload, &analysis->application_version, error);
        return r;
}

/* What comes after the verdicts and does not change them. */
static int look_closer(const struct search_options *options, struct executor *executor,
        const struct time_limits *limits, struct analysis *analysis, struct error *error)
{
        const struct impact_options impact = {
                .executor = executor,
                .limits = limits,
                .repeats = options->impact_repeats,
        };
        int r;

        r = silent_check(options->journal, analysis);
        if (r < 0)
                return error_errno(error, -r, "comparing with the unmodified runs");
        return impact.repeats > 0 ? impact_measure(&impact, analysis, error) : 0;
}

/* All that follows once it is known what the unmodified program uses. */
static int test_features(const struct search_options *options, struct executor *executor,
        struct analysis *analysis, struct error *error)
{
        const struct time_limits limits = baseline_time_limits(&analysis->baseline);
        int r;

        r = try_phase(options, executor, &limits, analysis, PHASE_FEATURES, error);
        if (r == 0)
                r = try_phase(options, executor, &limits, analysis, PHASE_SUBFEATURES, error);
        if (r == 0 && options->joint) {
                const struct joint_options joint = {
                        .executor = executor,
                        .limits = &limits,
                        .replicas = options->replicas,
                        .withholding = &options->withholding,
                };

                r = joint_check(&joint, analysis, error);
                /* A call that was found unstable there is no longer avoidable as a whole. */
                if (r == 0)
                        r = try_phase(
                                options, executor, &limits, analysis, PHASE_SUBFEATURES, error);
        }
        if (r == 0)
                r = look_closer(options, executor, &limits, analysis, error);
        return r;
}

static int search(const struct search_options *options, struct executor *executor,
        struct analysis *analysis, const struct run_record **ret_failed, struct error *error)
{
        CLEANUP_OBSERVATION struct observation observation = {};
        const struct baseline_options baseline = {
                .executor = executor,
                .workload = options->workload,
                .observer = options->observer,
                .files = options->files,
                .scope = options->scope,
                .observe_only = options->depth == SEARCH_USED,
                .jobs = options->jobs,
                .cpus = analysis->cpus,
        };
        int r;

        r = baseline_measure(&baseline, &observation, &analysis->baseline, ret_failed, error);
        if (r != 0)
                return r;
        analysis->jobs = executor_jobs(executor);
        if (take_features(options, &observation, analysis) < 0)
                return error_errno(error, ENOMEM, "preparing trials");
        return options->depth == SEARCH_USED ? 0
                                             : test_features(options, executor, analysis, error);
}

int search_run(const struct search_options *options, struct analysis **ret,
        const struct run_record **ret_failed, struct error *error)
{
        const struct executor_options executor_options = {
                .workload = options->workload,
                .journal = options->journal,
                .scope = options->scope,
                .count_launch = options->count_launch,
                .interrupt_fd = options->interrupt_fd,
                .progress = options->progress,
                .progress_context = options->progress_context,
        };
        CLEANUP_ANALYSIS struct analysis *analysis = analysis_new();
        CLEANUP_EXECUTOR struct executor *executor = NULL;
        struct executor_totals totals;
        int r;

        if (!analysis)
                return error_errno(error, ENOMEM, "preparing the analysis");
        r = describe(options, analysis, error);
        if (r == 0)
                r = executor_new(&executor_options, &executor, error);
        if (r == 0)
                r = search(options, executor, analysis, ret_failed, error);
        if (r != 0)
                return r;
        totals = executor_totals(executor);
        analysis->limits = strdup(executor_limits(executor));
        if (!analysis->limits)
                return error_errno(error, ENOMEM, "keeping the result");
        analysis->runs = totals.runs;
        analysis->runs_reused = totals.reused;
        analysis->run_seconds = totals.run_seconds;
        analysis->wall = totals.wall;
        *ret = steal_pointer(analysis);
        return 0;
}
