/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/parallel.h"

#define JOBS 1000

struct tally {
        atomic_int done[JOBS];
        size_t bad;
        pthread_barrier_t *meeting;
};

static int count_once(void *context, size_t number)
{
        struct tally *tally = context;

        atomic_fetch_add(&tally->done[number], 1);
        return number == tally->bad ? -7 : 0;
}

static void each_job_is_done_once(void **state __attribute__((unused)))
{
        for (unsigned threads = 0; threads <= 4; threads++) {
                struct tally tally = {.bad = SIZE_MAX};

                assert_int_equal(parallel_for(JOBS, threads, count_once, &tally), 0);
                for (size_t i = 0; i < JOBS; i++)
                        assert_int_equal(tally.done[i], 1);
        }
}

static void a_failure_stops_the_rest(void **state __attribute__((unused)))
{
        struct tally tally = {.bad = 10};

        assert_int_equal(parallel_for(JOBS, 1, count_once, &tally), -7);
        assert_int_equal(tally.done[10], 1);
        assert_int_equal(tally.done[11], 0);
        assert_int_equal(parallel_for(JOBS, 3, count_once, &tally), -7);
        assert_int_equal(tally.done[JOBS - 1], 0);
}

/* Ends only when both are there at the same time. */
static int meet(void *context, size_t number __attribute__((unused)))
{
        struct tally *tally = context;

        pthread_barrier_wait(tally->meeting);
        return 0;
}

static void jobs_run_side_by_side(void **state __attribute__((unused)))
{
        pthread_barrier_t meeting;
        struct tally tally = {.meeting = &meeting};

        pthread_barrier_init(&meeting, NULL, 2);
        assert_int_equal(parallel_for(2, 2, meet, &tally), 0);
        pthread_barrier_destroy(&meeting);
}

static void there_is_a_processor(void **state __attribute__((unused)))
{
        assert_true(parallel_processors() >= 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_job_is_done_once),
                cmocka_unit_test(a_failure_stops_the_rest),
                cmocka_unit_test(jobs_run_side_by_side),
                cmocka_unit_test(there_is_a_processor),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
