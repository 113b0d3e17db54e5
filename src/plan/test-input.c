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

#include "plan/input.h"
#include "plan/test-problem.h"

static struct collection *sample(void)
{
        struct collection *collection = collection_new();

        assert_non_null(collection);
        sample_application(collection, "nginx", "read=required file:/proc/stat=stub");
        sample_application(collection, "redis", "write=required");
        assert_int_equal(strings_add(&collection->applications, "dataless"), 0);
        return collection;
}

static char memcached[] = "memcached";
static char *const others[] = {memcached, NULL};

static void test_weights(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        const struct known_applications known = {collection, others};
        const char *text = "# how many\napplication,weight\nredis,2.5\n\nmemcached,7\ndataless,1\n";
        CLEANUP_FREE uint64_t *weights = NULL;

        (void)test;
        assert_int_equal(weights_parse("w", text, strlen(text), &known, &weights, NULL), 0);
        assert_int_equal(weights[0], 1000);
        assert_int_equal(weights[1], 2500);
}

static void test_costs(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        const char *text =
                "call,cost\nwrite,0.001\nfile:/proc/stat,1000000\nfile:/proc/version,3\n";
        CLEANUP_FREE uint64_t *costs = NULL;

        (void)test;
        assert_int_equal(
                costs_parse("c", text, strlen(text), collection->catalogue, &costs, NULL), 0);
        assert_int_equal(costs[0], 1000);
        assert_int_equal(costs[1], 1);
        assert_int_equal(costs[CATALOGUE_CALLS], PLAN_COST_MAX);
}

static void test_order(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        const struct known_applications known = {collection, others};
        const char *text = "redis\n# then\nmemcached\nnginx";
        CLEANUP_STRINGS char **order = NULL;
        CLEANUP_STRINGS char **none = NULL;

        (void)test;
        assert_int_equal(order_parse("o", text, strlen(text), &known, &order, NULL), 0);
        assert_int_equal(strings_count(order), 2);
        assert_string_equal(order[0], "redis");
        assert_string_equal(order[1], "nginx");
        assert_int_equal(order_parse("o", "", 0, &known, &none, NULL), 0);
        assert_int_equal(strings_count(none), 0);
        assert_non_null(none);
}

static const struct {
        char file; /* which of the three */
        const char *text, *message;
} refused[] = {
        {'w', "redis", "f:1: 1 columns, wanted are application,weight"},
        {'w', "redis,1\n\nredis,2", "f:3: 'redis' stands here a second time"},
        {'w', "#\nreddis,1", "f:2: there is no application 'reddis': did you mean 'redis'?"},
        {'w', "memcachd,1", "f:1: there is no application 'memcachd': did you mean 'memcached'?"},
        {'w', "xyzzy,1", "f:1: there is no application 'xyzzy'"},
        {'w', ",1", "f:1: the name of an application is missing"},
        {'w', "redis,-1",
                "f:1: '-1' is no number from 0 to 1000000 with at most three digits behind the "
                "point"},
        {'w', "redis,1000000.001",
                "f:1: '1000000.001' is no number from 0 to 1000000 with at most three digits "
                "behind the point"},
        /* Only the first row can be titles. */
        {'w', "redis,1\napplication,weight",
                "f:2: 'weight' is no number from 0 to 1000000 with at most three digits behind "
                "the point"},
        {'c', "write,0",
                "f:1: '0' is no number from 0.001 to 1000000 with at most three digits behind the "
                "point"},
        {'c', "write,1\nwrite,1", "f:2: 'write' stands here a second time"},
        {'c', "write", "f:1: 1 columns, wanted are call,cost"},
        {'o', "redis,nginx", "f:1: 2 columns, wanted is the name of one application"},
        {'o', "redis\nredis", "f:2: 'redis' stands here a second time"},
        {'o', "redis\nngnix", "f:2: there is no application 'ngnix': did you mean 'nginx'?"},
};

static void test_refused(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        const struct known_applications known = {collection, others};

        (void)test;
        for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
                const char *text = refused[i].text;
                CLEANUP_STRINGS char **order = NULL;
                CLEANUP_FREE uint64_t *values = NULL;
                struct error error = {};
                int r;

                if (refused[i].file == 'w')
                        r = weights_parse("f", text, strlen(text), &known, &values, &error);
                else if (refused[i].file == 'c')
                        r = costs_parse(
                                "f", text, strlen(text), collection->catalogue, &values, &error);
                else
                        r = order_parse("f", text, strlen(text), &known, &order, &error);
                assert_int_equal(r, -EINVAL);
                assert_string_equal(error.message, refused[i].message);
                assert_null(values);
                assert_null(order);
        }
}

static void test_misspelt_call(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        uint64_t *costs = NULL;
        struct error error = {};

        (void)test;
        assert_int_equal(
                costs_parse("f", "raed,2", 6, collection->catalogue, &costs, &error), -EINVAL);
        assert_memory_equal(error.message, "f:1: ", 5);
        assert_non_null(strstr(error.message, "read"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_weights),
                cmocka_unit_test(test_costs),
                cmocka_unit_test(test_order),
                cmocka_unit_test(test_refused),
                cmocka_unit_test(test_misspelt_call),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
