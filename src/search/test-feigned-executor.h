/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * An executor that carries nothing out: each run ends as a function of the test's says. (These
 * functions stand in for the library's, of which nothing else is linked.) To be included once, by a
 * unit test, behind cmocka's header.
 */

#include <math.h>
#include <stdlib.h>

#include "base/vector.h"
#include "search/executor.h"

struct executor {
        /* How a run ends; the record is empty, and says passed, before. */
        void (*end)(
                const struct executor *executor, const struct job *job, struct run_record *record);
        unsigned jobs;
        size_t ended;
        VECTOR(struct job) list;             /* all that were ever asked for, in order */
        VECTOR(struct run_record *) records; /* of each of these */
};

int executor_submit(struct executor *executor, const struct job *job, struct error *error)
{
        struct job *place = vector_add(&executor->list);

        (void)error;
        assert_non_null(place);
        *place = *job;
        return 0;
}

int executor_drain(struct executor *executor, struct error *error)
{
        while (executor->ended < executor->list.count) {
                /* Callbacks add to the list, which may move it. */
                const struct job job = executor->list.items[executor->ended++];
                struct run_record *record = calloc(1, sizeof(*record));
                struct run_record **place = vector_add(&executor->records);

                assert_non_null(record);
                assert_non_null(place);
                *place = record;
                record->outcome.kind = OUTCOME_PASSED;
                record->score = NAN;
                executor->end(executor, &job, record);
                assert_int_equal(job.done(&job, record, error), 0);
        }
        return 0;
}

int executor_set_jobs(struct executor *executor, unsigned jobs, struct error *error)
{
        (void)error;
        executor->jobs = jobs;
        return 0;
}

void executor_begin_phase(struct executor *executor, enum phase phase, unsigned expected)
{
        (void)executor;
        (void)phase;
        (void)expected;
}

void executor_expect(struct executor *executor, int more)
{
        (void)executor;
        (void)more;
}

void executor_promote(struct executor *executor, const struct policy *policy)
{
        (void)executor;
        (void)policy;
}

static void executor_clear(struct executor *executor)
{
        struct run_record **record;

        vector_for_each(record, &executor->records)
                free(*record);
        vector_clear(&executor->records);
        vector_clear(&executor->list);
}

static const struct time_limits limits __attribute__((unused)) = {
        .ready = 0.5,
        .total = 1,
        .hasty = 0.5,
        .generous_ready = 5,
        .generous_total = 10,
};

static const struct withholding withholding __attribute__((unused)) = {.stub_errno = ENOSYS};

static inline struct feature named(const char *name)
{
        struct feature feature;

        assert_int_equal(feature_parse(name, &feature, NULL), 0);
        return feature;
}

/* Adds a feature with what its own runs came to. */
static inline void add(
        struct analysis *analysis, const char *name, bool stub_works, bool fake_works)
{
        struct analysed_feature *feature = vector_add(&analysis->features);

        assert_non_null(feature);
        *feature = (struct analysed_feature){.feature = named(name), .count = 1};
        feature->stub = (struct mode_result){.works = stub_works, .passed = stub_works, .runs = 1};
        feature->fake = (struct mode_result){.works = fake_works, .passed = fake_works, .runs = 1};
}

/* True where the policy withholds the feature. */
static inline bool lacks(const struct policy *policy, const char *name)
{
        return policy && policy_find(policy, named(name));
}
