/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "search/trial.h"

/*
 * An executor that carries nothing out: it hands one outcome after the other to the trial. (These
 * two functions stand in for the library's, of which nothing else is linked.)
 */
#define QUEUE_MAX 8

struct executor {
        const struct outcome *outcomes;
        unsigned next;
        unsigned generous;          /* runs that got the generous limit */
        struct job jobs[QUEUE_MAX]; /* all that were asked for; those from `next` on wait */
        unsigned submitted;
        unsigned most; /* that waited at once */
        int expected;
};

int executor_submit(struct executor *executor, const struct job *job, struct error *error)
{
        (void)error;
        assert_in_range(executor->submitted, 0, QUEUE_MAX - 1);
        assert_int_equal(job->attempt, executor->submitted);
        executor->jobs[executor->submitted++] = *job;
        if (executor->submitted - executor->next > executor->most)
                executor->most = executor->submitted - executor->next;
        executor->generous += job->timeout_total > 1;
        return 0;
}

void executor_expect(struct executor *executor, int more)
{
        executor->expected += more;
}

void executor_promote(struct executor *executor, const struct policy *policy)
{
        (void)executor;
        (void)policy;
}

static const struct time_limits limits = {
        .ready = 0.5,
        .total = 1,
        .generous_ready = 5,
        .generous_total = 10,
};

#define PASS                      \
        {                         \
                OUTCOME_PASSED, 0 \
        }
#define CRASH                            \
        {                                \
                OUTCOME_CRASHED, SIGSEGV \
        }
#define EXIT                      \
        {                         \
                OUTCOME_EXITED, 1 \
        }
#define HANG                    \
        {                       \
                OUTCOME_HUNG, 0 \
        }
#define END                           \
        {                             \
                OUTCOME_KIND_COUNT, 0 \
        }

struct row {
        const char *name;
        unsigned replicas;          /* 0: one, in haste */
        struct outcome outcomes[7]; /* all of which are asked for, no more */
        bool works, unstable;
        unsigned passed, runs;
        enum outcome_kind outcome;
        unsigned generous;
};

static const struct row rows[] = {
        {"one replica", 1, {PASS, END}, true, false, 1, 1, OUTCOME_PASSED, 0},
        {"three replicas", 3, {PASS, PASS, PASS, END}, true, false, 3, 3, OUTCOME_PASSED, 0},
        {"failure confirmed", 3, {CRASH, EXIT, END}, false, false, 0, 2, OUTCOME_CRASHED, 0},
        {"failure not confirmed", 3, {CRASH, PASS, END}, false, true, 1, 2, OUTCOME_CRASHED, 0},
        {"late failure", 3, {PASS, PASS, EXIT, END}, false, true, 2, 3, OUTCOME_EXITED, 0},
        {"only slow", 2, {HANG, PASS, PASS, END}, true, false, 2, 2, OUTCOME_PASSED, 2},
        {"hung", 3, {HANG, HANG, END}, false, false, 0, 2, OUTCOME_HUNG, 1},
        {"hung, then crashed", 1, {HANG, CRASH, END}, false, false, 0, 2, OUTCOME_HUNG, 1},
        {"hung late", 3, {PASS, HANG, HANG, END}, false, true, 1, 3, OUTCOME_HUNG, 1},
        {"slow late", 3, {PASS, HANG, PASS, PASS, END}, true, false, 3, 3, OUTCOME_PASSED, 2},
        {"crashed, then hung", 1, {CRASH, HANG, HANG, END}, false, false, 0, 3, OUTCOME_CRASHED, 1},
        {"hasty pass", 0, {PASS, END}, true, false, 1, 1, OUTCOME_PASSED, 0},
        {"hasty crash", 0, {CRASH, END}, false, false, 0, 1, OUTCOME_CRASHED, 0},
        {"hasty hang", 0, {HANG, END}, false, false, 0, 1, OUTCOME_HUNG, 0},
};

/* The same with all replicas queued at once; they end in the order in which they were queued. */
static const struct row together_rows[] = {
        {"one replica", 1, {PASS, END}, true, false, 1, 1, OUTCOME_PASSED, 0},
        {"three replicas", 3, {PASS, PASS, PASS, END}, true, false, 3, 3, OUTCOME_PASSED, 0},
        {"all fail", 3, {CRASH, EXIT, EXIT, END}, false, false, 0, 3, OUTCOME_CRASHED, 0},
        {"one fails, confirmed", 1, {CRASH, EXIT, END}, false, false, 0, 2, OUTCOME_CRASHED, 0},
        {"one of three fails", 3, {PASS, CRASH, PASS, END}, false, true, 2, 3, OUTCOME_CRASHED, 0},
        {"the last fails", 3, {PASS, PASS, EXIT, END}, false, true, 2, 3, OUTCOME_EXITED, 0},
        {"only slow", 3, {HANG, PASS, PASS, PASS, END}, true, false, 3, 3, OUTCOME_PASSED, 1},
        {"one retry for all", 3, {HANG, HANG, HANG, PASS, PASS, PASS, END}, true, false, 3, 3,
                OUTCOME_PASSED, 3},
        {"all hung", 3, {HANG, HANG, HANG, HANG, END}, false, false, 0, 4, OUTCOME_HUNG, 1},
        {"one hung", 3, {PASS, HANG, PASS, HANG, END}, false, true, 2, 4, OUTCOME_HUNG, 1},
        {"failed, then slow", 3, {CRASH, CRASH, HANG, END}, false, false, 0, 2, OUTCOME_CRASHED, 0},
};

static int count_runs(const struct run_record *record, void *context, struct error *error)
{
        (void)record;
        (void)error;
        ++*(unsigned *)context;
        return 0;
}

static void check_row(const struct row *row, bool together)
{
        struct executor executor = {.outcomes = row->outcomes};
        unsigned told = 0;
        struct trial trial = {
                .executor = &executor,
                .limits = &limits,
                .purpose = "test",
                .replicas = row->replicas ? row->replicas : 1,
                .hasty = row->replicas == 0,
                .together = together,
                .record_refusals = together,
                .run_ended = count_runs,
                .context = &told,
        };

        print_message("%s\n", row->name);
        assert_int_equal(trial_start(&trial, NULL), 0);
        while (executor.next < executor.submitted) {
                const struct job job = executor.jobs[executor.next];
                const struct run_record record = {.outcome = row->outcomes[executor.next++]};

                assert_int_not_equal(record.outcome.kind, OUTCOME_KIND_COUNT);
                assert_int_equal(job.record_refusals, together);
                assert_int_equal(job.done(&job, &record, NULL), 0);
        }
        assert_int_equal(row->outcomes[executor.next].kind, OUTCOME_KIND_COUNT);
        assert_int_equal(trial.result.works, row->works);
        assert_int_equal(trial.result.unstable, row->unstable);
        assert_int_equal(trial.result.passed, row->passed);
        assert_int_equal(trial.result.runs, row->runs);
        assert_int_equal(trial.result.outcome.kind, row->outcome);
        assert_int_equal(executor.generous, row->generous);
        assert_int_equal(executor.most, together ? trial.replicas : 1);
        assert_int_equal(told, executor.next);
        /* What is expected follows what is done. */
        assert_int_equal((int)trial.replicas + executor.expected, executor.next);
}

static void test_rows(void **state)
{
        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                check_row(&rows[i], false);
}

static void test_together(void **state)
{
        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(together_rows); i++)
                check_row(&together_rows[i], true);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
                cmocka_unit_test(test_together),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
