/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/order.h"
#include "plan/test-random.h"

/*
 * Small random problems against every order. The optimum is found without the code under test: an
 * order costs what its sets of applications cost, so the best order of a set is the best last one
 * behind the best order of the others.
 */

#define MOST_APPLICATIONS 9
#define MOST_FEATURES     8

typedef unsigned __int128 amount;

struct sample {
        struct plan_problem problem;
        struct plan_application applications[MOST_APPLICATIONS];
        struct finding findings[MOST_APPLICATIONS][MOST_FEATURES];
        enum treatment initial[MOST_FEATURES];
        uint64_t costs[MOST_FEATURES];
        struct feature_numbers conflicts[MOST_APPLICATIONS];
        uint32_t members[MOST_APPLICATIONS][2];
};

struct shape {
        unsigned applications;
        uint64_t weights, costs; /* the largest of each, in units */
        uint64_t unit;
        unsigned required; /* of 8 */
        bool treatments;   /* some features are stubbed, faked or implemented from the start */
        bool conflicts;
};

static void add_findings(struct sample *sample, struct random *random, const struct shape *shape,
        unsigned place, unsigned features)
{
        static const enum verdict avoidable[] = {
                VERDICT_STUB, VERDICT_FAKE, VERDICT_EITHER, VERDICT_STUB, VERDICT_FAKE};
        struct plan_application *application = &sample->applications[place];
        struct finding *findings = sample->findings[place];
        size_t count = 0;

        for (uint32_t feature = 0; feature < features; feature++) {
                if (random_below(random, 5) < 2)
                        continue;
                findings[count++] = (struct finding){
                        .feature = feature,
                        .verdict = random_below(random, 8) < shape->required
                                           ? VERDICT_REQUIRED
                                           : avoidable[random_below(random, 5)],
                };
        }
        application->findings.items.items = findings;
        application->findings.items.count = count;
        if (!shape->conflicts || count < 2 || random_below(random, 3))
                return;
        sample->members[place][0] = findings[0].feature;
        sample->members[place][1] = findings[count - 1].feature;
        sample->conflicts[place].numbers.items = sample->members[place];
        sample->conflicts[place].numbers.count = 2;
        application->conflicts = &sample->conflicts[place];
        application->conflict_count = 1;
}

static void make_sample(struct sample *sample, struct random *random, const struct shape *shape)
{
        static const enum treatment treatments[] = {TREATMENT_NONE, TREATMENT_NONE, TREATMENT_STUB,
                TREATMENT_FAKE, TREATMENT_IMPLEMENT};
        unsigned features = 2 + random_below(random, MOST_FEATURES - 1);

        memset(sample, 0, sizeof(*sample));
        sample->problem = (struct plan_problem){
                .applications = sample->applications,
                .application_count = 1 + random_below(random, shape->applications),
                .limit = features,
                .initial = sample->initial,
                .costs = sample->costs,
        };
        for (unsigned i = 0; i < features; i++) {
                sample->costs[i] = (1 + random_below(random, shape->costs)) * shape->unit;
                if (shape->treatments)
                        sample->initial[i] = treatments[random_below(random, 5)];
        }
        for (unsigned i = 0; i < sample->problem.application_count; i++) {
                sample->applications[i].name = "application";
                sample->applications[i].weight =
                        random_below(random, shape->weights + 1) * shape->unit;
                add_findings(sample, random, shape, i, features);
        }
}

/* What the set has to have implemented. */
static uint64_t cost_of_set(const struct sample *sample, unsigned set)
{
        bool required[MOST_FEATURES] = {}, stub[MOST_FEATURES] = {}, fake[MOST_FEATURES] = {};
        const struct finding *finding;
        uint64_t cost = 0;

        for (size_t i = 0; i < sample->problem.application_count; i++)
                if (set >> i & 1)
                        vector_for_each(finding, &sample->applications[i].findings.items) {
                                required[finding->feature] |= finding->verdict == VERDICT_REQUIRED;
                                stub[finding->feature] |= finding->verdict == VERDICT_STUB;
                                fake[finding->feature] |= finding->verdict == VERDICT_FAKE;
                        }
        for (unsigned i = 0; i < sample->problem.limit; i++)
                if (sample->initial[i] != TREATMENT_IMPLEMENT &&
                        (required[i] || (stub[i] && fake[i])))
                        cost += sample->costs[i];
        return cost;
}

static amount find_optimum(const struct sample *sample)
{
        static amount best[1u << MOST_APPLICATIONS];
        unsigned all = (1u << sample->problem.application_count) - 1;
        amount value;

        best[0] = 0;
        for (unsigned set = 1; set <= all; set++) {
                best[set] = ~(amount)0;
                for (size_t last = 0; last < sample->problem.application_count; last++) {
                        if (!(set >> last & 1))
                                continue;
                        value = best[set & ~(1u << last)] +
                                (amount)sample->applications[last].weight *
                                        cost_of_set(sample, set);
                        if (value < best[set])
                                best[set] = value;
                }
        }
        return best[all];
}

struct results {
        amount greedy, optimal, bound;
};

static void plan_sample(const struct sample *sample, struct results *results)
{
        struct plan *greedy CLEANUP_PLAN = NULL;
        struct plan *optimal CLEANUP_PLAN = NULL;
        struct error error = {};

        assert_int_equal(plan_make(&sample->problem, STRATEGY_GREEDY, &greedy), 0);
        assert_int_equal(plan_make(&sample->problem, STRATEGY_OPTIMAL, &optimal), 0);
        assert_int_equal(plan_verify(&sample->problem, optimal, &error), 0);
        assert_true(greedy->bound == optimal->bound);
        *results = (struct results){greedy->objective, optimal->objective, optimal->bound};
}

static const struct shape shapes[] = {
        {6, 1, 1, 1000, 3, false, false},
        {9, 3, 3, 1000, 6, false, false},
        {9, 1, 1, 1000, 4, false, false},
        {7, 5, 1, 1, 2, true, false},
        {9, 1, 4, 7, 8, false, false},
        {8, 1000, 1000, 1000000, 4, true, false},
};

/* The bound is proven and the plan is as good as it can be, for most problems both at once. */
static void test_against_all_orders(void **state)
{
        struct random random = {1};
        struct sample sample;
        struct results results;
        amount optimum;
        int rounds = 3000, optimal = 0, tight = 0, better = 0;

        (void)state;
        for (int round = 0; round < rounds; round++) {
                make_sample(&sample, &random, &shapes[round % ARRAY_SIZE(shapes)]);
                optimum = find_optimum(&sample);
                plan_sample(&sample, &results);
                assert_true(results.bound <= optimum);
                assert_true(optimum <= results.optimal);
                assert_true(results.optimal <= results.greedy);
                optimal += results.optimal == optimum;
                tight += results.bound == optimum;
                better += results.optimal < results.greedy;
        }
        assert_true(optimal >= 2950);
        assert_true(tight >= 2800);
        assert_true(better >= 800);
}

/* Puts the next order in place; false after the last (Knuth's algorithm L). */
static bool next_order(uint32_t *order, size_t count)
{
        size_t i = count, j = count;
        uint32_t kept;

        while (i > 1 && order[i - 2] > order[i - 1])
                i--;
        if (i < 2)
                return false;
        while (order[j - 1] < order[i - 2])
                j--;
        kept = order[i - 2];
        order[i - 2] = order[j - 1];
        order[j - 1] = kept;
        for (j = count; i < j; i++, j--) {
                kept = order[i - 1];
                order[i - 1] = order[j - 1];
                order[j - 1] = kept;
        }
        return true;
}

/* With conflicts what is implemented for a set depends on the order: every one is followed. */
static void test_conflicts(void **state)
{
        static const struct shape shape = {5, 2, 3, 1000, 3, true, true};
        struct random random = {2};
        struct sample sample;
        struct results results;
        int rounds = 400, optimal = 0;

        (void)state;
        for (int round = 0; round < rounds; round++) {
                uint32_t order[] = {0, 1, 2, 3, 4};
                amount optimum = ~(amount)0, value;

                make_sample(&sample, &random, &shape);
                do {
                        struct plan *plan CLEANUP_PLAN = calloc(1, sizeof(*plan));

                        assert_non_null(plan);
                        assert_int_equal(plan_follow(&sample.problem, order, plan), 0);
                        value = plan_objective(&sample.problem, plan);
                        optimum = value < optimum ? value : optimum;
                } while (next_order(order, sample.problem.application_count));
                plan_sample(&sample, &results);
                assert_true(results.bound <= optimum);
                assert_true(optimum <= results.optimal);
                assert_true(results.optimal <= results.greedy);
                optimal += results.optimal == optimum;
        }
        assert_true(optimal >= 385);
}

/* Plans with inconsistent treatments have a bound of their own. */
static void test_published(void **state)
{
        struct random random = {3};
        struct sample sample;

        (void)state;
        for (int round = 0; round < 500; round++) {
                struct plan *plan CLEANUP_PLAN = NULL;

                make_sample(&sample, &random, &shapes[round % ARRAY_SIZE(shapes)]);
                assert_int_equal(plan_make(&sample.problem, STRATEGY_PUBLISHED, &plan), 0);
                assert_true(plan->bound <= plan->objective);
        }
}

/* The largest weights and costs there can be, in numbers that need 128 bits. */
static void test_largest(void **state)
{
        struct random random = {4};
        struct sample sample;
        struct results results;
        static const struct shape shape = {9, 1, 1, PLAN_COST_MAX, 8, false, false};

        (void)state;
        for (int round = 0; round < 100; round++) {
                make_sample(&sample, &random, &shape);
                plan_sample(&sample, &results);
                assert_true(results.bound <= find_optimum(&sample));
                assert_true(results.optimal == find_optimum(&sample));
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_against_all_orders),
                cmocka_unit_test(test_conflicts),
                cmocka_unit_test(test_published),
                cmocka_unit_test(test_largest),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
