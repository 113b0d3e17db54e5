/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan/order.h"
#include "plan/test-problem.h"

/* The plan of what is sampled must be exactly this, as of plan_text(). */
static void expect(const struct collection *collection, const struct plan_options *options,
        enum strategy strategy, const char *expected)
{
        CLEANUP_PLAN_PROBLEM struct plan_problem *problem = sample_problem(collection, options);
        CLEANUP_PLAN struct plan *plan = NULL;
        CLEANUP_FREE char *text = NULL;
        struct error error = {};

        assert_int_equal(plan_make(problem, strategy, &plan), 0);
        text = plan_text(problem, plan);
        assert_string_equal(text, expected);
        if (strategy != STRATEGY_PUBLISHED && plan_verify(problem, plan, &error) < 0)
                fail_msg("%s", error.message);
}

static void expect_greedy(
        const struct collection *collection, const char *supported, const char *expected)
{
        CLEANUP_PROFILE struct profile *profile = sample_profile(supported);

        expect(collection, &(struct plan_options){.profile = profile}, STRATEGY_GREEDY, expected);
}

static void test_cheapest_first(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();

        (void)test;
        sample_application(collection, "a", "read=required write=required open=required");
        sample_application(collection, "b", "read=required close=stub");
        sample_application(collection, "c", "read=required write=required prctl=fake");
        sample_application(collection, "d", "read=stub");
        sample_application(collection, "e", "close=required");
        expect_greedy(collection, "close", "e; d -read; b +read; c +write ~prctl; a +open");
        /* What works already takes no step, and what a step makes work is in it. */
        expect_greedy(collection, "close read write", "b d e; c ~prctl; a +open");
        /* Of equal costs, what most others require too: read is wanted by three, close by one. */
        expect_greedy(
                collection, "", "; d -read; b +read -close; c +write ~prctl; a +open; e +close");
}

static void test_nothing(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();

        (void)test;
        expect_greedy(collection, "read", "");
        expect(collection, &(struct plan_options){}, STRATEGY_PUBLISHED, "");
        sample_application(collection, "idle", "");
        expect_greedy(collection, "", "idle");
        expect(collection, &(struct plan_options){}, STRATEGY_PUBLISHED, "idle");
}

/* One treatment a call: whoever takes it either way follows who does not. */
static void test_either_follows(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();

        (void)test;
        sample_application(collection, "a", "read=either");
        sample_application(collection, "b", "read=fake write=required");
        sample_application(collection, "c", "close=either");
        expect_greedy(collection, "", "; a ~read; c -close; b +write");
        /* What an OS does already is only changed when it must. */
        expect_greedy(collection, "read=stub", "a; c -close; b +write ~read");
        expect_greedy(collection, "read=fake close=fake", "a c; b +write");
}

static void test_stub_against_fake(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();

        (void)test;
        sample_application(collection, "a", "read=stub");
        sample_application(collection, "b", "read=fake");
        sample_application(collection, "c", "read=either");
        expect_greedy(collection, "", "; a c -read; b +read");
        /* The published algorithm does both. */
        expect(collection, &(struct plan_options){}, STRATEGY_PUBLISHED, "a b c");
        sample_application(collection, "d", "write=required read=fake");
        sample_application(collection, "e", "write=required read=stub");
        expect(collection, &(struct plan_options){}, STRATEGY_PUBLISHED,
                "a b c; d +write ~read; e -read");
}

/* What is untested has not been seen to work without. */
static void test_untested(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();

        (void)test;
        sample_application(collection, "a", "read=untested write=either");
        expect_greedy(collection, "write", "; a +read");
        expect_greedy(collection, "read", "; a -write");
        expect(collection, &(struct plan_options){}, STRATEGY_PUBLISHED, "; a +read -write");
}

/* An analysis does not test the sub-features of a call that is avoidable as a whole. */
static void test_untested_subfeatures(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_COLLECTION struct collection *merged = NULL;

        (void)test;
        sample_application(
                collection, "a", "read=required madvise=stub madvise:MADV_SEQUENTIAL=untested");
        sample_application(collection, "b", "fcntl=required fcntl:F_SETFL=untested");
        assert_int_equal(collection_merge_applications(collection, &merged), 0);
        expect_greedy(
                merged, "", "; a +read -madvise -madvise:MADV_SEQUENTIAL; b +fcntl +fcntl:F_SETFL");
}

static void test_conflicts(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        struct dataset *dataset;

        (void)test;
        dataset = sample_application(collection, "a", "read=stub write=either close=fake");
        sample_conflict(collection, dataset, "read close");
        sample_conflict(collection, dataset, "close write");
        /* One member is enough for both, and counts as the cost: b needs one call as well, but one
         * that is required. */
        sample_application(collection, "b", "open=required");
        expect_greedy(collection, "", "; b +open; a +close -read -write");
        /* A member that the OS has is no longer left out. */
        expect_greedy(collection, "close", "; a -read -write; b +open");
        expect_greedy(collection, "read=stub write=stub close=fake open", "b; a +close");
        /* Of equals, what somebody needs anyway. */
        sample_application(collection, "c", "read=required write=required");
        expect_greedy(collection, "", "; b +open; c +read +write; a ~close");
        sample_application(collection, "d", "open=required mmap=required prctl=required");
        expect_greedy(collection, "", "; b +open; c +read +write; a ~close; d +mmap +prctl");
}

static void test_conflict_costs(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        uint64_t costs[CATALOGUE_CALLS];
        struct dataset *dataset;

        (void)test;
        for (unsigned i = 0; i < CATALOGUE_CALLS; i++)
                costs[i] = 1000;
        costs[0] = 2000;
        dataset = sample_application(collection, "a", "read=stub write=stub");
        sample_conflict(collection, dataset, "read write");
        expect(collection, &(struct plan_options){.costs = costs}, STRATEGY_GREEDY,
                "; a +write -read");
        costs[1] = 3000;
        expect(collection, &(struct plan_options){.costs = costs}, STRATEGY_GREEDY,
                "; a +read -write");
}

static void test_costs(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        uint64_t costs[CATALOGUE_CALLS];

        (void)test;
        for (unsigned i = 0; i < CATALOGUE_CALLS; i++)
                costs[i] = 1000;
        costs[2] = 2500;
        sample_application(collection, "a", "open=required");
        sample_application(collection, "b", "read=required write=required");
        expect(collection, &(struct plan_options){}, STRATEGY_GREEDY, "; a +open; b +read +write");
        expect(collection, &(struct plan_options){.costs = costs}, STRATEGY_GREEDY,
                "; b +read +write; a +open");
}

static void test_order(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_STRINGS char **order = strings_split("charlie dataless bravo charlie", ' ');
        CLEANUP_STRINGS char **misspelt = strings_split("brovo", ' ');
        CLEANUP_PLAN_PROBLEM struct plan_problem *problem = NULL;
        struct error error = {};

        (void)test;
        sample_application(collection, "alpha", "read=required");
        sample_application(collection, "bravo", "write=required");
        sample_application(collection, "charlie", "open=required close=required");
        assert_int_equal(strings_add(&collection->applications, "dataless"), 0);
        for (enum strategy strategy = 0; strategy < STRATEGY_COUNT; strategy++)
                if (strategy != STRATEGY_OPTIMAL)
                        expect(collection, &(struct plan_options){.order = order}, strategy,
                                "; bravo +write; alpha +read; charlie +open +close");
        assert_int_equal(plan_problem_new(collection, &(struct plan_options){.order = misspelt},
                                 &problem, &error),
                -EINVAL);
        assert_string_equal(
                error.message, "there is no application 'brovo' here: did you mean 'bravo'?");
        assert_null(problem);
}

static void test_objective(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_PLAN_PROBLEM struct plan_problem *problem = NULL;
        CLEANUP_PLAN struct plan *plan = NULL;
        uint64_t weights[] = {500, 2000, 0};

        (void)test;
        sample_application(collection, "a", "read=required write=required");
        sample_application(collection, "b", "read=required");
        sample_application(collection, "c", "close=stub");
        problem = sample_problem(collection, &(struct plan_options){.weights = weights});
        assert_int_equal(plan_make(problem, STRATEGY_GREEDY, &plan), 0);
        /* b: 2 × 1; a: 0.5 × 2 */
        assert_true(plan->objective == 3000000);
        assert_int_equal(plan->implemented, 2);
        assert_int_equal(plan->steps.count, 3);
}

/* The published algorithm on a case worked out by hand from its description. */
static void test_published(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_PROFILE struct profile *profile = sample_profile("close");

        (void)test;
        sample_application(collection, "a", "close=required read=stub");
        sample_application(collection, "b", "write=required read=stub open=either mmap=fake");
        sample_application(collection, "c", "write=required open=fake mmap=fake");
        sample_application(collection, "d", "write=required mmap=fake");
        sample_application(collection, "e", "write=required read=required stat=stub");
        sample_application(collection, "f", "write=required");
        /* c fakes what is stubbed; d joins the step of the next, e, and so does f. */
        expect(collection, &(struct plan_options){.profile = profile}, STRATEGY_PUBLISHED,
                "a; b +write -read -open ~mmap; c ~open; d f e +read -stat");
}

/* What the OS stubs or fakes needs no step, but does not stand for the other. */
static void test_published_treatments(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_PROFILE struct profile *profile = sample_profile("read=stub close=fake");

        (void)test;
        sample_application(collection, "a", "write=required read=stub close=fake");
        sample_application(collection, "b", "write=required open=required read=fake close=stub");
        expect(collection, &(struct plan_options){.profile = profile}, STRATEGY_PUBLISHED,
                "; a +write; b +open -close ~read");
}

/* What needs nothing new at the end has no next step to join. */
static void test_published_last(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();

        (void)test;
        sample_application(collection, "a", "read=required");
        sample_application(collection, "b", "read=required");
        expect(collection, &(struct plan_options){}, STRATEGY_PUBLISHED, "; a b +read");
}

static void test_profile_of_calls(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();

        (void)test;
        sample_application(collection, "a",
                "fcntl=required fcntl:F_SETFL=required fcntl:F_GETFL=required "
                "file:/proc/stat=required");
        /* A plain list speaks of calls only. */
        expect_greedy(collection, "fcntl", "a");
        expect_greedy(collection, "read", "; a +fcntl +fcntl:F_GETFL +fcntl:F_SETFL");
        expect_greedy(collection, "fcntl file:/proc/version", "; a +file:/proc/stat");
        /* Where it lists what works of a call, the rest does not. */
        expect_greedy(collection, "fcntl=partial", "a");
        expect_greedy(collection, "fcntl=partial fcntl:F_SETFL", "; a +fcntl:F_GETFL");
        expect_greedy(collection, "fcntl fcntl:F_SETFL=missing", "; a +fcntl:F_SETFL");
}

static void test_partial(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_PROFILE struct profile *profile = sample_profile("read=partial");
        struct plan_options options = {.profile = profile, .partial_is_missing = true};

        (void)test;
        sample_application(collection, "a", "read=required");
        expect_greedy(collection, "read=partial", "a");
        expect(collection, &options, STRATEGY_GREEDY, "; a +read");
}

static void verify(const struct plan_problem *problem, const struct plan *plan)
{
        struct error error = {};

        if (plan_verify(problem, plan, &error) < 0)
                fail_msg("%s", error.message);
}

/* At every step, for every strategy that keeps its treatments consistent. */
static void test_random_plans_hold(void **test)
{
        struct random random = {.state = 4};

        (void)test;
        for (unsigned i = 0; i < 600; i++) {
                const struct randomness wanted = {20, 24, i % 2 == 0};
                CLEANUP_COLLECTION struct collection *collection =
                        random_collection(&random, &wanted);
                CLEANUP_PROFILE struct profile *profile = random_profile(&random, 24);
                CLEANUP_PLAN_PROBLEM struct plan_problem *problem = sample_problem(collection,
                        &(struct plan_options){.profile = profile, .partial_is_missing = i % 3});
                for (enum strategy strategy = 0; strategy < STRATEGY_COUNT; strategy++) {
                        CLEANUP_PLAN struct plan *plan = NULL;

                        assert_int_equal(plan_make(problem, strategy, &plan), 0);
                        if (strategy != STRATEGY_PUBLISHED)
                                verify(problem, plan);
                        assert_true(
                                plan->bound <= plan->objective || strategy == STRATEGY_PUBLISHED);
                }
        }
}

static size_t implemented(const struct collection *collection, const struct profile *profile)
{
        CLEANUP_PLAN_PROBLEM struct plan_problem *problem =
                sample_problem(collection, &(struct plan_options){.profile = profile});
        CLEANUP_PLAN struct plan *plan = NULL;

        assert_int_equal(plan_make(problem, STRATEGY_GREEDY, &plan), 0);
        return plan->implemented;
}

/* Also with conflicts, out of which there are several ways. */
static void test_less_support_is_more_work(void **test)
{
        struct random random = {.state = 5};

        (void)test;
        for (unsigned i = 0; i < 800; i++) {
                const struct randomness wanted = {20, 24, i % 4 > 0};
                CLEANUP_COLLECTION struct collection *collection =
                        random_collection(&random, &wanted);
                CLEANUP_PROFILE struct profile *profile = random_profile(&random, 24);
                size_t before = implemented(collection, profile);

                if (profile->entries.count == 0)
                        continue;
                profile->entries.items[random_below(&random, profile->entries.count)].support =
                        SUPPORT_MISSING;
                assert_true(implemented(collection, profile) >= before);
        }
}

/*
 * Applications that each require a call of their own and some of a few others, so that their order
 * depends on what the OS has, and can do without the calls of their conflicts, but not all of them.
 */
static void add_overlapping_conflicts(
        struct random *random, struct collection *collection, unsigned place)
{
        CLEANUP_FREE char *name = string_format("app%u", place);
        struct feature_numbers *conflict;
        struct dataset *dataset;
        unsigned first;

        assert_non_null(name);
        dataset = sample_application(collection, name, "");
        for (unsigned feature = 0; feature < 8; feature++)
                assert_int_equal(findings_add(&dataset->findings, feature, VERDICT_EITHER), 0);
        for (unsigned feature = 8; feature < 16; feature++)
                if (random_below(random, 2) == 0)
                        assert_int_equal(
                                findings_add(&dataset->findings, feature, VERDICT_REQUIRED), 0);
        for (unsigned c = random_below(random, 3); c > 0; c--) {
                conflict = vector_add(&dataset->conflicts);
                assert_non_null(conflict);
                first = random_below(random, 7);
                *(uint32_t *)vector_add(&conflict->numbers) = first;
                *(uint32_t *)vector_add(&conflict->numbers) =
                        first + 1 + random_below(random, 7 - first);
        }
}

static void test_less_support_with_overlapping_conflicts(void **test)
{
        struct random random = {.state = 6};

        (void)test;
        for (unsigned i = 0; i < 3000; i++) {
                CLEANUP_COLLECTION struct collection *collection = collection_new();
                CLEANUP_PROFILE struct profile *profile = random_profile(&random, 16);
                size_t before;

                for (unsigned place = 0; place < 8; place++)
                        add_overlapping_conflicts(&random, collection, place);
                before = implemented(collection, profile);
                if (profile->entries.count == 0)
                        continue;
                profile->entries.items[random_below(&random, profile->entries.count)].support =
                        SUPPORT_MISSING;
                assert_true(implemented(collection, profile) >= before);
        }
}

static void test_unlike_order_same_plan(void **test)
{
        static const char *const lines[][2] = {
                {"a", "read=required file:/proc/stat=stub fcntl:F_SETFL=required"},
                {"b", "write=required file:/proc/version=fake fcntl:F_GETFL=either"},
                {"c", "file:/dev/null=required fcntl:F_SETFL=stub fcntl:F_GETFL=fake"},
                {"d", "file:/proc/stat=fake read=stub write=required"},
        };
        CLEANUP_FREE char *first = NULL;

        (void)test;
        for (unsigned start = 0; start < ARRAY_SIZE(lines); start++) {
                CLEANUP_COLLECTION struct collection *collection = collection_new();
                CLEANUP_PLAN_PROBLEM struct plan_problem *problem = NULL;
                CLEANUP_PLAN struct plan *plan = NULL;
                CLEANUP_FREE char *text = NULL;

                for (unsigned i = 0; i < ARRAY_SIZE(lines); i++) {
                        unsigned at = (start + i) % ARRAY_SIZE(lines);
                        struct dataset *dataset =
                                sample_application(collection, lines[at][0], lines[at][1]);

                        if (at == 2)
                                sample_conflict(collection, dataset, "fcntl:F_SETFL fcntl:F_GETFL");
                }
                sample_sort(collection);
                problem = sample_problem(collection, &(struct plan_options){});
                assert_int_equal(plan_make(problem, STRATEGY_GREEDY, &plan), 0);
                verify(problem, plan);
                text = plan_text(problem, plan);
                if (!first)
                        first = steal_pointer(text);
                else
                        assert_string_equal(text, first);
        }
}

/* Any order can be followed, and each plan holds. */
static void test_follow(void **test)
{
        struct random random = {.state = 6};

        (void)test;
        for (unsigned i = 0; i < 400; i++) {
                const struct randomness wanted = {12, 16, i % 2 == 0};
                CLEANUP_COLLECTION struct collection *collection =
                        random_collection(&random, &wanted);
                CLEANUP_PLAN_PROBLEM struct plan_problem *problem =
                        sample_problem(collection, &(struct plan_options){});
                CLEANUP_PLAN struct plan *plan = calloc(1, sizeof(*plan));
                uint32_t order[12], swapped;

                for (uint32_t place = 0; place < problem->application_count; place++) {
                        unsigned other = random_below(&random, place + 1);

                        swapped = order[place] = place;
                        order[place] = order[other];
                        order[other] = swapped;
                }
                assert_int_equal(plan_follow(problem, order, plan), 0);
                verify(problem, plan);
        }
}

static void expect_fault(const struct plan_problem *problem, struct plan *plan, const char *message)
{
        struct error error = {};

        assert_int_equal(plan_verify(problem, plan, &error), -EINVAL);
        assert_string_equal(error.message, message);
}

/* Each fault in a plan is found. */
static void test_verify(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_PLAN_PROBLEM struct plan_problem *problem = NULL;
        CLEANUP_PLAN struct plan *plan = NULL;
        struct dataset *dataset;
        struct plan_step *steps;

        (void)test;
        dataset = sample_application(collection, "a", "read=stub write=stub");
        sample_conflict(collection, dataset, "read write");
        sample_application(collection, "b", "write=fake close=required");
        problem = sample_problem(collection, &(struct plan_options){});
        assert_int_equal(plan_make(problem, STRATEGY_GREEDY, &plan), 0);
        verify(problem, plan);
        assert_int_equal(plan->steps.count, 2);
        steps = plan->steps.items;
        /* b first: close is implemented; then a: write is, since b needs it faked. */
        steps[0].implement.count = 0;
        expect_fault(problem, plan, "step 1: b does not work: close is not there (required)");
        steps[0].implement.count = 1;
        steps[1].stub.count = 0;
        expect_fault(problem, plan, "step 2: a does not work: read is not there (stub)");
        steps[1].stub.count = 1;
        steps[1].implement.count = 0;
        expect_fault(problem, plan, "step 2: a does not work: write is faked (stub)");
        *(uint32_t *)vector_add(&steps[1].stub) = 1;
        expect_fault(problem, plan, "step 2: b does not work: write is stubbed (fake)");
        steps[1].stub.count = 1;
        steps[1].implement.count = 1;
        plan->steps.count = 1;
        expect_fault(problem, plan, "a never works");
        plan->steps.count = 2;
        steps[1].implement.items[0] = 3;
        expect_fault(problem, plan, "step 2: close is to be implemented, and is implemented");
        steps[1].implement.items[0] = 1;
        *(uint32_t *)vector_add(&steps[1].applications) = 1;
        expect_fault(problem, plan, "step 2: b is promised twice");
        steps[1].applications.count = 0;
        expect_fault(problem, plan, "step 2 makes no application work");
}

static void test_verify_conflict(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_PLAN_PROBLEM struct plan_problem *problem = NULL;
        CLEANUP_PLAN struct plan *plan = NULL;
        struct dataset *dataset;

        (void)test;
        dataset = sample_application(collection, "a", "read=stub write=stub");
        sample_conflict(collection, dataset, "read write");
        problem = sample_problem(collection, &(struct plan_options){});
        assert_int_equal(plan_make(problem, STRATEGY_GREEDY, &plan), 0);
        plan->steps.items[0].implement.count = 0;
        *(uint32_t *)vector_add(&plan->steps.items[0].stub) = 0;
        expect_fault(problem, plan, "step 1: a does not work: its conflict 0 is left out whole");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_cheapest_first),
                cmocka_unit_test(test_nothing),
                cmocka_unit_test(test_either_follows),
                cmocka_unit_test(test_stub_against_fake),
                cmocka_unit_test(test_untested),
                cmocka_unit_test(test_untested_subfeatures),
                cmocka_unit_test(test_conflicts),
                cmocka_unit_test(test_conflict_costs),
                cmocka_unit_test(test_costs),
                cmocka_unit_test(test_order),
                cmocka_unit_test(test_objective),
                cmocka_unit_test(test_published),
                cmocka_unit_test(test_published_treatments),
                cmocka_unit_test(test_published_last),
                cmocka_unit_test(test_profile_of_calls),
                cmocka_unit_test(test_partial),
                cmocka_unit_test(test_random_plans_hold),
                cmocka_unit_test(test_less_support_is_more_work),
                cmocka_unit_test(test_less_support_with_overlapping_conflicts),
                cmocka_unit_test(test_unlike_order_same_plan),
                cmocka_unit_test(test_follow),
                cmocka_unit_test(test_verify),
                cmocka_unit_test(test_verify_conflict),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
