/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dataset/statics.h"

static void add(struct static_sets *sets, const char *application, enum workload_kind kind,
        const char *workload, const char *run, enum static_method method, int64_t measured)
{
        struct static_set *set = vector_add(&sets->items);

        assert_non_null(set);
        set->application = strdup(application);
        set->workload = workload ? strdup(workload) : NULL;
        set->kind = kind;
        set->run = strdup(run);
        set->method = method;
        set->measured = measured;
}

static const char *find(const struct static_sets *sets, const char *application,
        enum workload_kind kind, const char *workload, const char *run, enum static_method method)
{
        const struct dataset dataset = {
                .application = (char *)application,
                .kind = kind,
                .workload = (char *)workload,
                .run = (char *)run,
        };
        const struct static_set *set = static_sets_find(sets, &dataset, method);

        return set ? set->run : "none";
}

static void test_find(void **state)
{
        CLEANUP_STATIC_SETS struct static_sets sets = {};

        (void)state;
        add(&sets, "nginx", WORKLOAD_SUITE, "suite", "s", STATIC_BINARY, 1);
        add(&sets, "nginx", WORKLOAD_BENCHMARK, "wrk", "w1", STATIC_BINARY, 5);
        add(&sets, "nginx", WORKLOAD_BENCHMARK, "wrk", "w2", STATIC_BINARY, 4);
        add(&sets, "nginx", WORKLOAD_BENCHMARK, "ab", "a", STATIC_BINARY, 3);
        add(&sets, "nginx", WORKLOAD_BENCHMARK, "ab", "sources", STATIC_SOURCES, 9);
        add(&sets, "ab", WORKLOAD_BENCHMARK, "ab", "other", STATIC_BINARY, 9);
        qsort(sets.items.items, sets.items.count, sizeof(*sets.items.items), static_set_compare);
        /* Of the same workload the same run, or else the last. */
        assert_string_equal(
                find(&sets, "nginx", WORKLOAD_BENCHMARK, "wrk", "w2", STATIC_BINARY), "w2");
        assert_string_equal(
                find(&sets, "nginx", WORKLOAD_BENCHMARK, "wrk", "w3", STATIC_BINARY), "w1");
        assert_string_equal(
                find(&sets, "nginx", WORKLOAD_BENCHMARK, "ab", "w2", STATIC_BINARY), "a");
        /* Of the same kind, or else any. */
        assert_string_equal(find(&sets, "nginx", WORKLOAD_SUITE, "unit", "x", STATIC_BINARY), "s");
        assert_string_equal(
                find(&sets, "nginx", WORKLOAD_HEALTH, "health", "x", STATIC_BINARY), "w1");
        assert_string_equal(
                find(&sets, "nginx", WORKLOAD_SUITE, "suite", "s", STATIC_SOURCES), "sources");
        assert_string_equal(
                find(&sets, "ab", WORKLOAD_SUITE, "suite", "s", STATIC_SOURCES), "none");
        assert_string_equal(
                find(&sets, "zzz", WORKLOAD_SUITE, "suite", "s", STATIC_BINARY), "none");
}

/* What is of no workload: the very executable's comes first, others as those of the same kind. */
static void test_of_executable(void **state)
{
        CLEANUP_STATIC_SETS struct static_sets sets = {};
        struct dataset dataset = {
                .application = (char *)"nginx",
                .kind = WORKLOAD_BENCHMARK,
                .workload = (char *)"wrk",
                .run = (char *)"w1",
                .executable_digest = (char *)"cafe",
        };
        struct static_set *set;

        (void)state;
        add(&sets, "nginx", WORKLOAD_BENCHMARK, "wrk", "w1", STATIC_BINARY, 5);
        add(&sets, "nginx", 0, NULL, "old", STATIC_BINARY, 1);
        add(&sets, "nginx", 0, NULL, "new", STATIC_BINARY, 9);
        add(&sets, "nginx", WORKLOAD_SUITE, "suite", "s", STATIC_BINARY, 3);
        vector_for_each(set, &sets.items) {
                if (strcmp(set->run, "old") == 0)
                        set->executable_digest = strdup("cafe");
                if (strcmp(set->run, "new") == 0)
                        set->executable_digest = strdup("beef");
        }
        qsort(sets.items.items, sets.items.count, sizeof(*sets.items.items), static_set_compare);

        assert_string_equal(static_sets_find(&sets, &dataset, STATIC_BINARY)->run, "old");
        dataset.executable_digest = (char *)"f00d";
        assert_string_equal(static_sets_find(&sets, &dataset, STATIC_BINARY)->run, "w1");
        dataset.executable_digest = NULL;
        assert_string_equal(static_sets_find(&sets, &dataset, STATIC_BINARY)->run, "w1");
        dataset.workload = (char *)"ab";
        assert_string_equal(static_sets_find(&sets, &dataset, STATIC_BINARY)->run, "new");
        dataset.kind = WORKLOAD_HEALTH;
        assert_string_equal(static_sets_find(&sets, &dataset, STATIC_BINARY)->run, "new");
}

/* The last of each application, of the one method. */
static void test_last(void **state)
{
        CLEANUP_STATIC_SETS struct static_sets sets = {};
        const struct static_set *set;

        (void)state;
        assert_null(static_sets_last(&sets, STATIC_BINARY, NULL));
        add(&sets, "nginx", 0, NULL, "old", STATIC_BINARY, 1);
        add(&sets, "nginx", 0, NULL, "new", STATIC_BINARY, 9);
        add(&sets, "nginx", 0, NULL, "sources", STATIC_SOURCES, 10);
        add(&sets, "perl", 0, NULL, "perl", STATIC_SOURCES, 1);
        add(&sets, "redis", 0, NULL, "redis", STATIC_BINARY, 2);
        qsort(sets.items.items, sets.items.count, sizeof(*sets.items.items), static_set_compare);
        set = static_sets_last(&sets, STATIC_BINARY, NULL);
        assert_string_equal(set->run, "new");
        set = static_sets_last(&sets, STATIC_BINARY, set);
        assert_string_equal(set->run, "redis");
        assert_null(static_sets_last(&sets, STATIC_BINARY, set));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_find),
                cmocka_unit_test(test_of_executable),
                cmocka_unit_test(test_last),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
