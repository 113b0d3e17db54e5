/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/trial.h"

bool trial_ran_out_of_time(struct outcome outcome)
{
        return outcome.kind == OUTCOME_HUNG || outcome.kind == OUTCOME_NOT_READY ||
               outcome.kind == OUTCOME_ASKED_AGAIN;
}

static int trial_ended(const struct job *job, const struct run_record *record, struct error *error);

static bool is_generous(const struct trial *trial, const struct job *job)
{
        return !trial->hasty && job->timeout_total >= trial->limits->generous_total;
}

static int submit(struct trial *trial, struct error *error)
{
        const struct time_limits *limits = trial->limits;
        struct job job = {
                .policy = trial->policy,
                .purpose = trial->purpose,
                .attempt = trial->attempts++,
                .record_refusals = trial->record_refusals,
                .timeout_ready = trial->generous ? limits->generous_ready : limits->ready,
                .timeout_total = trial->generous ? limits->generous_total : limits->total,
                .processor_limit = limits->processor,
                .expected = limits->expected,
                .done = trial_ended,
                .context = trial,
        };

        if (trial->hasty)
                job.timeout_ready = job.timeout_total = limits->hasty;
        if (trial->attempts > trial->replicas)
                executor_expect(trial->executor, 1);
        trial->under_way++;
        return executor_submit(trial->executor, &job, error);
}

static void count_failure(struct mode_result *result, struct outcome outcome)
{
        if (result->passed == result->runs)
                result->outcome = outcome;
        result->runs++;
}

/* True where no further run can change the result. */
static bool is_certain(const struct trial *trial)
{
        const struct mode_result *result = &trial->result;
        unsigned failed = result->runs - result->passed;

        if (trial->hasty)
                return true;
        if (failed > 0)
                return result->passed > 0 || failed > 1;
        return result->passed >= trial->replicas;
}

/* A run hit the close limit: one with the generous limit decides about it, and about all others
 * that do until then. */
static void count_hurried(struct trial *trial, struct outcome outcome)
{
        if (trial->hurried == 0)
                trial->hurried_outcome = outcome;
        if (!trial->generous && trial->sibling)
                executor_promote(trial->executor, trial->sibling);
        trial->generous = true;
        trial->hurried++;
}

static void count_run(struct trial *trial, const struct job *job, struct outcome outcome)
{
        struct mode_result *result = &trial->result;
        bool decides = is_generous(trial, job);

        if (outcome.kind == OUTCOME_PASSED) {
                result->passed++;
                result->runs++;
        } else if (trial_ran_out_of_time(outcome) && !decides && !trial->hasty) {
                count_hurried(trial, outcome);
        } else {
                /* A run that hit the close limit, and now the generous one, has failed twice. */
                for (; decides && trial->hurried > 0; trial->hurried--)
                        count_failure(result, trial->hurried_outcome);
                count_failure(result, outcome);
        }
        if (decides)
                trial->hurried = 0;
}

/* Runs that should be under way now, as the result is not certain. */
static unsigned runs_wanted(const struct trial *trial)
{
        const struct mode_result *result = &trial->result;

        return trial->together && trial->hurried == 0 && result->passed == result->runs
                       ? trial->replicas - result->passed
                       : 1;
}

/* The last run that was under way has ended. */
static void conclude(struct trial *trial)
{
        struct mode_result *result = &trial->result;

        result->works = result->passed == result->runs;
        result->unstable = result->passed > 0 && !result->works;
        /* Each trial was expected to take its replicas: these will not be needed. */
        if (trial->attempts < trial->replicas)
                executor_expect(trial->executor, (int)trial->attempts - (int)trial->replicas);
}

static int follow_up(struct trial *trial, struct error *error)
{
        int r = 0;

        if (is_certain(trial)) {
                if (trial->under_way == 0)
                        conclude(trial);
                return 0;
        }
        while (r == 0 && trial->under_way < runs_wanted(trial))
                r = submit(trial, error);
        return r;
}

static int trial_ended(const struct job *job, const struct run_record *record, struct error *error)
{
        struct trial *trial = job->context;
        int r = 0;

        trial->under_way--;
        if (trial->run_ended)
                r = trial->run_ended(record, trial->context, error);
        if (r < 0)
                return r;
        count_run(trial, job, record->outcome);
        return follow_up(trial, error);
}

int trial_start(struct trial *trial, struct error *error)
{
        int r = 0;

        do {
                r = submit(trial, error);
        } while (r == 0 && trial->under_way < runs_wanted(trial));
        return r;
}
