/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataset/test-collection.h"
#include "store/statics.h"
#include "store/test-database.h"

static const char content[] =
        "INSERT INTO application (id, name) VALUES (1, 'redis'), (2, 'nginx'), (3, 'alone');"
        "INSERT INTO workload (id, application_id, name, kind) VALUES"
        " (1, 1, 'redis-benchmark', 'benchmark'), (2, 2, 'wrk', 'benchmark'),"
        " (3, 3, 'suite', 'suite');"
        "INSERT INTO feature (id, kind, name, number) VALUES"
        " (1, 'syscall', 'write', 1), (2, 'syscall', 'read', 0), (3, 'syscall', 'syscall_470', "
        "470),"
        " (4, 'subfeature', 'fcntl:F_SETFL', NULL);"
        "INSERT INTO static_result (id, workload_id, run, method, content, measured) VALUES"
        " (1, 1, 'r', 'sources', printf('%064d', 1), 5),"
        " (2, 1, 'r', 'binary', printf('%064d', 2), 5),"
        " (3, 1, 's', 'binary', printf('%064d', 3), 4),"
        " (4, 2, 'r', 'binary', printf('%064d', 4), 0),"
        " (5, 3, 'r', 'binary', printf('%064d', 5), 0);"
        "INSERT INTO static_feature (static_id, feature_id) VALUES"
        " (1, 1), (2, 1), (2, 2), (2, 3), (3, 2), (4, 4), (5, 2);";

static struct collection *new_collection(void)
{
        struct collection *collection = collection_new();

        assert_non_null(collection);
        sample_dataset(collection, "redis", WORKLOAD_SUITE, "suite", "x", 0);
        sample_dataset(collection, "nginx", WORKLOAD_BENCHMARK, "wrk", "r", 0);
        sample_sort(collection);
        return collection;
}

static void test_load(void **state)
{
        struct test_database *database = *state;
        CLEANUP_COLLECTION struct collection *collection = new_collection();
        CLEANUP_STATIC_SETS struct static_sets sets = {};
        const struct static_set *set;
        struct error error = {};
        char name[FEATURE_NAME_MAX];

        if (store_run(database->store, content, &error) < 0 ||
                store_load_statics(database->store, collection, &sets, &error) < 0)
                fail_msg("%s", error.message);
        /* By application, method, time; that of an application that was not asked for is not there.
         */
        assert_int_equal(sets.items.count, 4);
        set = &sets.items.items[0];
        assert_string_equal(set->application, "nginx");
        assert_string_equal(set->workload, "wrk");
        assert_int_equal(set->kind, WORKLOAD_BENCHMARK);
        assert_int_equal(set->features.numbers.count, 1);
        assert_string_equal(feature_name(catalogue_feature(collection->catalogue,
                                                 set->features.numbers.items[0]),
                                    name),
                "fcntl:F_SETFL");
        set = &sets.items.items[1];
        assert_string_equal(set->run, "s");
        assert_int_equal(set->method, STATIC_BINARY);
        assert_int_equal(set->measured, 4);
        set = &sets.items.items[2];
        assert_string_equal(set->run, "r");
        assert_int_equal(set->features.numbers.count, 3);
        assert_int_equal(set->features.numbers.items[0], 0);
        assert_int_equal(set->features.numbers.items[1], 1);
        assert_int_equal(set->features.numbers.items[2], 470);
        set = &sets.items.items[3];
        assert_int_equal(set->method, STATIC_SOURCES);
        assert_ptr_equal(static_sets_find(&sets, &collection->datasets.items[1], STATIC_BINARY),
                &sets.items.items[2]);
}

/* A name of a later loupe's. */
static void test_unknown_feature(void **state)
{
        struct test_database *database = *state;
        CLEANUP_COLLECTION struct collection *collection = new_collection();
        CLEANUP_STATIC_SETS struct static_sets sets = {};
        struct error error = {};

        assert_int_equal(store_run(database->store, content, &error), 0);
        assert_int_equal(
                store_run(database->store,
                        "UPDATE feature SET name = 'fcntl:what:is:this' WHERE id = 2", &error),
                0);
        assert_true(store_load_statics(database->store, collection, &sets, &error) < 0);
        assert_int_equal(sets.items.count, 0);
        assert_non_null(strstr(error.message, database->path));
}

static void test_none(void **state)
{
        struct test_database *database = *state;
        CLEANUP_COLLECTION struct collection *collection = new_collection();
        CLEANUP_STATIC_SETS struct static_sets sets = {};

        assert_int_equal(store_load_statics(database->store, collection, &sets, NULL), 0);
        assert_int_equal(sets.items.count, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        test_load, test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(
                        test_unknown_feature, test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(
                        test_none, test_database_make, test_database_remove),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
