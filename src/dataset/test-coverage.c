/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataset/coverage.h"
#include "dataset/test-collection.h"

static int compare_numbers(const void *a, const void *b)
{
        const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

        return (left > right) - (left < right);
}

/* A static result that names the features of the line. */
static void add_static(struct static_sets *sets, struct collection *collection,
        const char *application, enum static_method method, const char *line)
{
        struct static_set *set = vector_add(&sets->items);
        char *copy = strdup(line), *rest = copy, *word;

        assert_non_null(set);
        assert_non_null(copy);
        *set = (struct static_set){
                .application = strdup(application),
                .workload = strdup("health"),
                .run = strdup("static"),
                .method = method,
        };
        while ((word = strtok_r(rest, " ", &rest))) {
                struct feature feature;
                uint32_t *number = vector_add(&set->features.numbers);

                assert_non_null(number);
                assert_int_equal(feature_parse(word, &feature, NULL), 0);
                *number = catalogue_add(collection->catalogue, &feature);
        }
        free(copy);
        qsort(set->features.numbers.items, set->features.numbers.count, sizeof(uint32_t),
                compare_numbers);
        qsort(sets->items.items, sets->items.count, sizeof(*set), static_set_compare);
}

static void add_dataset(struct collection *collection, const char *application,
        const char *workload, const char *line)
{
        struct dataset *dataset =
                sample_dataset(collection, application, WORKLOAD_HEALTH, workload, "r", 1);

        sample_findings(collection, &dataset->findings, line);
}

/* The features have these names, in this order. */
static void assert_numbers(const struct collection *collection,
        const struct feature_numbers *numbers, const char *expected)
{
        char text[256] = "", name[FEATURE_NAME_MAX];
        const uint32_t *number;

        vector_for_each(number, &numbers->numbers) {
                if (*text)
                        strcat(text, " ");
                strcat(text, feature_name(catalogue_feature(collection->catalogue, *number), name));
        }
        assert_string_equal(text, expected);
}

static void test_one(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_STATIC_SETS struct static_sets sets = {};
        CLEANUP_STATIC_COVERAGE struct static_coverage coverage = {};

        (void)state;
        add_dataset(collection, "a", "health",
                "read=required clone3=fake write=stub i386:read=either fcntl:F_GETFD=either");
        add_static(&sets, collection, "a", STATIC_BINARY,
                "write open read i386:getpid fcntl fcntl:F_SETFD");
        add_static(&sets, collection, "a", STATIC_SOURCES, "bpf");
        assert_int_equal(static_coverage_find(&sets, collection->catalogue,
                                 collection->datasets.items, 1, &coverage),
                0);
        assert_int_equal(coverage.datasets, 1);
        assert_numbers(collection, &coverage.found, "read write open fcntl i386:getpid");
        assert_numbers(collection, &coverage.missed, "clone3 i386:read");
        assert_numbers(collection, &coverage.unshown, "open fcntl i386:getpid");
        assert_true(feature_numbers_have(&coverage.unshown, 2));
        assert_false(feature_numbers_have(&coverage.unshown, 1));
}

/* What one run shows and another does not is shown; what one static result misses is missed, also
 * where that of another program has it. */
static void test_several(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_STATIC_SETS struct static_sets sets = {};
        CLEANUP_STATIC_COVERAGE struct static_coverage coverage = {};

        (void)state;
        add_dataset(collection, "a", "health", "read=required");
        add_dataset(collection, "a", "other", "write=required");
        add_dataset(collection, "b", "health", "open=fake close=fake");
        add_dataset(collection, "c", "health", "bpf=fake dup=fake");
        add_static(&sets, collection, "a", STATIC_BINARY, "read write open dup");
        add_static(&sets, collection, "b", STATIC_BINARY, "close");
        assert_int_equal(static_coverage_find(&sets, collection->catalogue,
                                 collection->datasets.items, 4, &coverage),
                0);
        assert_int_equal(coverage.datasets, 3);
        assert_numbers(collection, &coverage.found, "read write open close dup");
        assert_numbers(collection, &coverage.missed, "open");
        /* c, which calls dup, has no static result: it says nothing about a's. */
        assert_numbers(collection, &coverage.unshown, "dup");
}

static void test_none(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_STATIC_SETS struct static_sets sets = {};
        CLEANUP_STATIC_COVERAGE struct static_coverage coverage = {.datasets = 7};

        (void)state;
        add_dataset(collection, "a", "health", "read=required");
        add_static(&sets, collection, "a", STATIC_SOURCES, "read");
        assert_int_equal(static_coverage_find(&sets, collection->catalogue,
                                 collection->datasets.items, 1, &coverage),
                0);
        assert_int_equal(coverage.datasets, 0);
        assert_int_equal(coverage.missed.numbers.count, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_one),
                cmocka_unit_test(test_several),
                cmocka_unit_test(test_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
