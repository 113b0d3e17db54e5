/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/closure.h"
#include "plan/decomposition.h"
#include "plan/test-needs.h"

/* Weight minus ratio times cost of a set of groups, times the cost of the whole. */
static __int128 value(const struct test_needs *test, unsigned groups)
{
        unsigned all = (1u << test->needs.group_count) - 1;
        __int128 cost = (__int128)test_needs_cost(test, test_needs_closure(test, groups));

        return (__int128)test_needs_weight(test, groups) *
                       (__int128)test_needs_cost(test, test_needs_closure(test, all)) -
               cost * (__int128)test_needs_weight(test, all);
}

static void check_divided(const struct test_needs *test, const uint32_t *group_pieces,
        const uint32_t *feature_pieces, bool even)
{
        unsigned all = (1u << test->needs.group_count) - 1, least = all, told = 0;
        __int128 best = 0;

        for (unsigned set = 0; set <= all; set++)
                if (value(test, set) > best)
                        best = value(test, set);
        assert_int_equal(even, best == 0);
        if (even)
                return;
        for (unsigned set = 0; set <= all; set++)
                if (value(test, set) == best)
                        least &= set;
        for (size_t i = 0; i < test->needs.group_count; i++)
                told |= (unsigned)(group_pieces[i] == 0) << i;
        assert_int_equal(told, least);
        for (size_t j = 0; j < test->needs.feature_count; j++)
                assert_int_equal(feature_pieces[j] == 0, test_needs_closure(test, told) >> j & 1);
}

static void test_divide(void **state)
{
        static const uint32_t all[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
        struct random random = {1};
        struct test_needs test;
        uint32_t group_pieces[TEST_GROUPS], feature_pieces[TEST_FEATURES];
        int uneven = 0;

        (void)state;
        for (int round = 0; round < 4000; round++) {
                struct closure_search *search CLEANUP_CLOSURE_SEARCH = NULL;
                struct closure_part part = {.needs = &test.needs, .groups = all, .features = all};
                bool even;

                test_needs_make(&test, &random, round % 2 ? 3 : 1000000000);
                part.group_count = test.needs.group_count;
                part.feature_count = test.needs.feature_count;
                if (!test_needs_weight(&test, (1u << part.group_count) - 1))
                        continue;
                assert_int_equal(closure_search_new(&test.needs, &search), 0);
                assert_true(closure_divide(search, &part, group_pieces, feature_pieces, &even) > 0);
                check_divided(&test, group_pieces, feature_pieces, even);
                uneven += !even;
        }
        assert_in_range(uneven, 1000, 3900);
}

/* -1, 0, 1 as weight by cost of the first is lower than, equal to or higher than the second's. */
static int compare_density(uint64_t weight_a, uint64_t cost_a, uint64_t weight_b, uint64_t cost_b)
{
        unsigned __int128 a = (unsigned __int128)weight_a * cost_b;
        unsigned __int128 b = (unsigned __int128)weight_b * cost_a;

        return (a > b) - (a < b);
}

/* No set of what is left is denser than the block, and no proper part of the block as dense. */
static void check_block(const struct test_needs *test, const struct block *block, unsigned groups,
        unsigned left, unsigned done)
{
        unsigned features;
        uint64_t weight, cost;

        for (unsigned set = left; set; set = (set - 1) & left) {
                features = test_needs_closure(test, set) & ~done;
                weight = test_needs_weight(test, set);
                cost = test_needs_cost(test, features);
                assert_true(compare_density(weight, cost, block->weight, block->cost) <= 0);
                if (weight && (set & ~groups) == 0 && set != groups)
                        assert_true(compare_density(weight, cost, block->weight, block->cost) < 0);
        }
}

static void check_decomposition(
        const struct test_needs *test, const struct decomposition *decomposition)
{
        unsigned left = (1u << test->needs.group_count) - 1, done = 0, groups, features;
        const struct block *block;

        vector_for_each(block, &decomposition->blocks) {
                groups = features = 0;
                for (size_t i = 0; i < block->group_count; i++)
                        groups |= 1u << decomposition->groups[block->group_start + i];
                for (size_t i = 0; i < block->feature_count; i++)
                        features |= 1u << decomposition->features[block->feature_start + i];
                assert_int_equal(groups & ~left, 0);
                assert_int_equal(test_needs_closure(test, groups) & ~done, features);
                assert_true(test_needs_weight(test, groups) == block->weight);
                assert_true(test_needs_cost(test, features) == block->cost);
                check_block(test, block, groups, left, done);
                left &= ~groups;
                done |= features;
        }
        assert_int_equal(left, 0);
        assert_int_equal(done, (1u << test->needs.feature_count) - 1);
}

static void test_decomposition(void **state)
{
        struct random random = {2};
        struct test_needs test;
        size_t blocks = 0;

        (void)state;
        for (int round = 0; round < 4000; round++) {
                struct decomposition *decomposition CLEANUP_DECOMPOSITION = NULL;

                test_needs_make(&test, &random, round % 2 ? 2 : 1000000000);
                assert_int_equal(decomposition_new(&test.needs, &decomposition), 0);
                check_decomposition(&test, decomposition);
                blocks += decomposition->blocks.count;
        }
        assert_true(blocks > 8000);
}

static void test_nothing(void **state)
{
        struct needs needs = {.starts = (size_t[]){0}};
        struct decomposition *decomposition CLEANUP_DECOMPOSITION = NULL;

        (void)state;
        assert_int_equal(decomposition_new(&needs, &decomposition), 0);
        assert_int_equal(decomposition->blocks.count, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_divide),
                cmocka_unit_test(test_decomposition),
                cmocka_unit_test(test_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
