/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Small random needs, and sets of their groups as bits: for tests against all subsets. */

#include "plan/needs.h"
#include "plan/test-random.h"

#define TEST_GROUPS   9
#define TEST_FEATURES 8

struct test_needs {
        struct needs needs;
        uint64_t weights[TEST_GROUPS], costs[TEST_FEATURES];
        size_t starts[TEST_GROUPS + 1];
        uint32_t features[TEST_GROUPS * TEST_FEATURES];
        unsigned sets[TEST_GROUPS]; /* by group: its features as bits */
};

/* Weights from 0, costs from 1; each feature is needed by someone, each group needs something. */
static inline void test_needs_make(struct test_needs *test, struct random *random, unsigned largest)
{
        size_t groups = 1 + random_below(random, TEST_GROUPS);
        size_t features = 1 + random_below(random, TEST_FEATURES);
        unsigned dense = 1 + random_below(random, 6);
        size_t members = 0;

        for (size_t i = 0; i < groups; i++) {
                test->sets[i] = 1u << random_below(random, features);
                for (size_t j = 0; j < features; j++)
                        if (random_below(random, 10) < dense)
                                test->sets[i] |= 1u << j;
        }
        for (size_t j = 0; j < features; j++) {
                test->sets[random_below(random, groups)] |= 1u << j;
                test->costs[j] = 1 + random_below(random, largest);
        }
        for (size_t i = 0; i < groups; i++) {
                test->weights[i] = random_below(random, largest + 1);
                test->starts[i] = members;
                for (uint32_t j = 0; j < features; j++)
                        if (test->sets[i] >> j & 1)
                                test->features[members++] = j;
        }
        test->starts[groups] = members;
        test->needs = (struct needs){
                .group_count = groups,
                .feature_count = features,
                .weights = test->weights,
                .costs = test->costs,
                .starts = test->starts,
                .features = test->features,
        };
}

/* The features that a set of groups needs. */
static inline unsigned test_needs_closure(const struct test_needs *test, unsigned groups)
{
        unsigned features = 0;

        for (size_t i = 0; i < test->needs.group_count; i++)
                if (groups >> i & 1)
                        features |= test->sets[i];
        return features;
}

static inline uint64_t test_needs_weight(const struct test_needs *test, unsigned groups)
{
        uint64_t weight = 0;

        for (size_t i = 0; i < test->needs.group_count; i++)
                if (groups >> i & 1)
                        weight += test->weights[i];
        return weight;
}

static inline uint64_t test_needs_cost(const struct test_needs *test, unsigned features)
{
        uint64_t cost = 0;

        for (size_t j = 0; j < test->needs.feature_count; j++)
                if (features >> j & 1)
                        cost += test->costs[j];
        return cost;
}
