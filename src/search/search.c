/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "search/environment.h"
#include "search/joint.h"
#include "search/trial.h"

/* The two trials of one feature. */
struct feature_trials {
        struct policy *stub_policy;
        struct policy *fake_policy;
        struct trial stub;
        struct trial fake;
};

static bool is_wanted(const struct search_options *options, struct feature feature)
{
        if (!options->only)
                return true;
        for (size_t i = 0; i < options->only_count; i++)
                if (feature_equal(options->only[i], feature))
                        return true;
        return false;
}

static int take_features(const struct search_options *options,
        const struct observation *observation, struct analysis *analysis)
{
        struct analysed_feature *feature;
        const struct observed_call *call;

        vector_for_each(call, &observation->calls) {
                if (!is_wanted(options, call->feature))
                        continue;
                feature = vector_add(&analysis->features);
                if (!feature)
                        return -ENOMEM;
                feature->feature = call->feature;
                feature->count = call->count;
        }
        return 0;
}

static int make_policy(const struct search_options *options, struct feature feature,
        enum action action, struct policy **ret)
{
        CLEANUP_POLICY struct policy *policy = policy_new();

        if (!policy || joint_withhold(policy, feature, action, options->stub_errno,
                               options->fake_zero) < 0)
                return -ENOMEM;
        *ret = steal_pointer(policy);
        return 0;
}

static int make_trials(const struct search_options *options, struct executor *executor,
        const struct time_limits *limits, struct feature feature, struct feature_trials *trials)
{
        const struct trial trial = {
                .executor = executor,
                .limits = limits,
                .purpose = "feature",
                .replicas = options->replicas,
        };

        if (make_policy(options, feature, ACTION_STUB, &trials->stub_policy) < 0 ||
                make_policy(options, feature, ACTION_FAKE, &trials->fake_policy) < 0)
                return -ENOMEM;
        trials->stub = trials->fake = trial;
        trials->stub.policy = trials->stub_policy;
        trials->fake.policy = trials->fake_policy;
        trials->fake.sibling = trials->stub_policy;
        return 0;
}

/*
 * Queues all trials. Fakes first: a program that was told of success is more likely to wait for
 * what never comes, and those long runs then have company to the end.
 */
static int start_trials(struct feature_trials *trials, size_t count, struct error *error)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < count; i++)
                r = trial_start(&trials[i].fake, error);
        for (size_t i = 0; r == 0 && i < count; i++)
                r = trial_start(&trials[i].stub, error);
        return r;
}

/* Every used feature faked, and stubbed. */
static int try_features(const struct search_options *options, struct executor *executor,
        const struct time_limits *limits, struct analysis *analysis, struct error *error)
{
        size_t count = analysis->features.count;
        CLEANUP_FREE struct feature_trials *trials = calloc(count + 1, sizeof(*trials));
        struct analysed_feature *features = analysis->features.items;
        int r = trials ? 0 : -ENOMEM;

        for (size_t i = 0; r == 0 && i < count; i++)
                r = make_trials(options, executor, limits, features[i].feature, &trials[i]);
        if (r < 0)
                error_errno(error, -r, "preparing trials");
        executor_begin_phase(executor, PHASE_FEATURES, (unsigned)(2 * count * options->replicas));
        if (r == 0)
                r = start_trials(trials, count, error);
        if (r == 0)
                r = executor_drain(executor, error);
        for (size_t i = 0; trials && i < count; i++) {
                features[i].stub = trials[i].stub.result;
                features[i].fake = trials[i].fake.result;
                policy_free(trials[i].stub_policy);
                policy_free(trials[i].fake_policy);
        }
        return r;
}

static int describe(
        const struct search_options *options, struct analysis *analysis, struct error *error)
{
        const struct workload *workload = options->workload;
        int r;

        analysis->application_name = strdup(workload->application_name);
        analysis->workload_name = strdup(workload->name);
        if (!analysis->application_name || !analysis->workload_name)
                return error_errno(error, ENOMEM, "preparing the analysis");
        analysis->workload_kind = workload_kind_name(workload->kind);
        analysis->observer = observer_kind_name(observer_kind(options->observer));
        analysis->replicas = options->replicas;
        analysis->stub_errno = options->stub_errno;
        analysis->fake_zero = options->fake_zero;
        analysis->count_launch = options->count_launch;
        r = environment_describe(workload, analysis, error);
        if (r == 0)
                r = environment_version(workload, &analysis->application_version, error);
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
                .jobs = options->jobs,
                .cpus = analysis->cpus,
        };
        struct time_limits limits;
        int r;

        r = baseline_measure(&baseline, &observation, &analysis->baseline, ret_failed, error);
        if (r != 0)
                return r;
        analysis->jobs = executor_jobs(executor);
        limits = baseline_time_limits(&analysis->baseline);
        if (take_features(options, &observation, analysis) < 0)
                return error_errno(error, ENOMEM, "preparing trials");
        r = try_features(options, executor, &limits, analysis, error);
        if (r == 0 && options->joint) {
                const struct joint_options joint = {
                        .executor = executor,
                        .limits = &limits,
                        .replicas = options->replicas,
                        .stub_errno = options->stub_errno,
                        .fake_zero = options->fake_zero,
                };

                r = joint_check(&joint, analysis, error);
        }
        return r;
}

int search_run(const struct search_options *options, struct analysis **ret,
        const struct run_record **ret_failed, struct error *error)
{
        const struct executor_options executor_options = {
                .workload = options->workload,
                .journal = options->journal,
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
