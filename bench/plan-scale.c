/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * plan-scale APPLICATIONS FEATURES [STRATEGY]: makes up a collection of so many applications that
 * use about so many of 335 calls each, plans for it, and prints seconds of processor time: to state
 * the problem, to solve it with bound and all, and to check the plan.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/number.h"
#include "base/strings.h"
#include "plan/plan.h"

#define CALLS 335

/* Of the processor: what else runs on the machine plays no part. */
static double now(void)
{
        struct timespec time;

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
        return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void check(int r, const char *what)
{
        if (r == 0)
                return;
        fprintf(stderr, "plan-scale: %s: %s\n", what, strerror(-r));
        exit(1);
}

/* Marsaglia's xorshift: the same numbers in every run. */
static uint64_t random_next(uint64_t *state)
{
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        return *state;
}

/* In about the proportions of the public database. */
static enum verdict random_verdict(uint64_t *state)
{
        unsigned percent = random_next(state) % 100;

        if (percent < 40)
                return VERDICT_REQUIRED;
        if (percent < 46)
                return VERDICT_STUB;
        return percent < 50 ? VERDICT_FAKE : VERDICT_EITHER;
}

static struct collection *make_collection(unsigned applications, unsigned features)
{
        struct collection *collection = collection_new();
        uint64_t state = 88172645463325252;
        struct dataset *dataset;

        check(collection ? 0 : -ENOMEM, "making applications");
        for (unsigned i = 0; i < applications; i++) {
                dataset = vector_add(&collection->datasets);
                check(dataset ? 0 : -ENOMEM, "making applications");
                dataset->application = string_format("app%06u", i);
                check(dataset->application ? 0 : -ENOMEM, "making applications");
                for (unsigned call = 0; call < CALLS; call++)
                        if (random_next(&state) % CALLS < features)
                                check(findings_add(
                                              &dataset->findings, call, random_verdict(&state)),
                                        "making applications");
        }
        return collection;
}

static unsigned parse_count(const char *text, unsigned maximum)
{
        uint64_t count = 0;

        if (!text || unsigned_parse(text, maximum, &count) < 0) {
                fputs("usage: plan-scale APPLICATIONS FEATURES [STRATEGY]\n", stderr);
                exit(2);
        }
        return (unsigned)count;
}

static enum strategy parse_strategy(const char *text)
{
        for (enum strategy strategy = 0; text && strategy < STRATEGY_COUNT; strategy++)
                if (strcmp(strategy_name(strategy), text) == 0)
                        return strategy;
        return STRATEGY_GREEDY;
}

int main(int argc, char **argv)
{
        const unsigned applications = parse_count(argc > 1 ? argv[1] : NULL, 10000000);
        const unsigned features = parse_count(argc > 2 ? argv[2] : NULL, CALLS);
        const enum strategy strategy = parse_strategy(argc > 3 ? argv[3] : NULL);
        CLEANUP_COLLECTION struct collection *collection = make_collection(applications, features);
        CLEANUP_PLAN_PROBLEM struct plan_problem *problem = NULL;
        CLEANUP_PLAN struct plan *plan = NULL;
        struct error error = {};
        double begin, stated, planned;

        begin = now();
        check(plan_problem_new(collection, &(struct plan_options){}, &problem, &error), "problem");
        stated = now();
        check(plan_make(problem, strategy, &plan), "plan");
        planned = now();
        if (strategy != STRATEGY_PUBLISHED)
                check(plan_verify(problem, plan, &error), "checking");
        printf("problem %.3f plan %.3f check %.3f steps %zu\n", stated - begin, planned - stated,
                now() - planned, plan->steps.count);
        return 0;
}
