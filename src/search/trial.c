/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/trial.h"

bool trial_ran_out_of_time(struct outcome outcome)
{
        return outcome.kind == OUTCOME_HUNG || outcome.kind == OUTCOME_NOT_READY ||
               outcome.kind == OUTCOME_ASKED_AGAIN;
}

static int trial_ended(const struct job *job, const struct run_record *record, struct error *error);

static int submit(struct trial *trial, struct error *error)
{
        const struct time_limits *limits = trial->limits;
        struct job job = {
                .policy = trial->policy,
                .purpose = trial->purpose,
                .attempt = trial->attempts++,
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

static int trial_ended(const struct job *job, const struct run_record *record, struct error *error)
{
        struct trial *trial = job->context;
        struct mode_result *result = &trial->result;

        if (record->outcome.kind == OUTCOME_PASSED) {
                result->passed++;
                result->runs++;
        } else if (trial_ran_out_of_time(record->outcome) && !trial->generous && !trial->hasty) {
                trial->generous = trial->hurried = true;
                trial->hurried_outcome = record->outcome;
                if (trial->sibling)
                        executor_promote(trial->executor, trial->sibling);
                return submit(trial, error);
        } else {
                /* A run that hit the close limit, and now the generous one, has failed twice. */
                if (trial->hurried)
                        count_failure(result, trial->hurried_outcome);
                count_failure(result, record->outcome);
        }
        trial->hurried = false;
        if (!is_certain(trial))
                return submit(trial, error);
        result->works = result->passed == result->runs;
        result->unstable = result->passed > 0 && !result->works;
        /* Each trial was expected to take its replicas: these will not be needed. */
        if (trial->attempts < trial->replicas)
                executor_expect(trial->executor, (int)trial->attempts - (int)trial->replicas);
        return 0;
}

int trial_start(struct trial *trial, struct error *error)
{
        return submit(trial, error);
}
