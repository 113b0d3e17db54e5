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

#include "base/strings.h"
#include "dataset/selection.h"
#include "dataset/test-collection.h"

static void assert_list(char *const *list, const char *expected)
{
        CLEANUP_FREE char *joined = strings_join(list, ",");

        if (!expected)
                assert_null(list);
        else
                assert_string_equal(joined, expected);
}

static void test_names(void **state)
{
        static const struct {
                const char *text, *applications, *workloads;
        } rows[] = {
                {"redis", "redis", "redis"},
                {"redis,nginx", "redis,nginx", "redis,nginx"},
                {"all", NULL, NULL},
                {"redis,all", NULL, NULL},
                {"benchmark,suite", "benchmark,suite", "bench,suite"},
                {"health,bench", "health,bench", "health,bench"},
        };
        CLEANUP_SELECTION struct selection selection = {};

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                assert_int_equal(selection_set_applications(&selection, rows[i].text, NULL), 0);
                assert_list(selection.applications, rows[i].applications);
                assert_int_equal(selection_set_workloads(&selection, rows[i].text, NULL), 0);
                assert_list(selection.workloads, rows[i].workloads);
        }
}

static void test_empty_names(void **state)
{
        static const char *const texts[] = {"", ",", "redis,", ",redis", "redis,,nginx"};
        CLEANUP_SELECTION struct selection selection = {};

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                struct error error = {};

                assert_int_equal(selection_set_applications(&selection, texts[i], &error), -EINVAL);
                assert_non_null(strstr(error.message, "empty name: names of applications"));
                assert_int_equal(selection_set_workloads(&selection, texts[i], &error), -EINVAL);
                assert_non_null(strstr(error.message, "(health, bench, suite)"));
        }
        assert_null(selection.applications);
        assert_null(selection.workloads);
}

static void test_parse(void **state)
{
        static const struct {
                const char *text, *applications, *workloads, *version, *libc, *run;
        } rows[] = {
                {"redis", "redis", NULL, NULL, NULL, NULL},
                {"redis/bench", "redis", "bench", NULL, NULL, NULL},
                {"redis/benchmark", "redis", "bench", NULL, NULL, NULL},
                {"redis,workload=suite", "redis", "suite", NULL, NULL, NULL},
                {"redis,version=7.0,libc=musl", "redis", NULL, "7.0", "musl", NULL},
                {"redis/a/b,run=3f,libc=glibc 2.36,version=a=b", "redis", "a/b", "a=b",
                        "glibc 2.36", "3f"},
                {"all/suite", NULL, "suite", NULL, NULL, NULL},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_SELECTION struct selection selection = {};

                assert_int_equal(selection_parse(rows[i].text, &selection, NULL), 0);
                assert_list(selection.applications, rows[i].applications);
                assert_list(selection.workloads, rows[i].workloads);
                assert_true(string_equal(selection.version, rows[i].version));
                assert_true(string_equal(selection.libc, rows[i].libc));
                assert_true(string_equal(selection.run, rows[i].run));
                assert_false(selection.every);
        }
}

static void test_refused(void **state)
{
        static const struct {
                const char *text, *message;
        } rows[] = {
                {"", "'' does not begin with an application"},
                {"/suite", "'/suite' does not begin with an application"},
                {",libc=musl", "',libc=musl' does not begin with an application"},
                {"redis/", "'redis/' names no workload behind the slash"},
                {"redis,verison=7",
                        "'verison=7' in 'redis,verison=7' is not understood; did you mean "
                        "'version=…'?"},
                {"redis,nginx",
                        "'nginx' in 'redis,nginx' is not understood: behind the application come "
                        "workload=…, version=…, libc=… or run=…"},
                {"redis,libc", "'libc' in 'redis,libc' is not understood; did you mean 'libc=…'?"},
                {"redis,,run=1",
                        "'' in 'redis,,run=1' is not understood: behind the application come "
                        "workload=…, version=…, libc=… or run=…"},
                {"redis,libc=", "'libc=' in 'redis,libc=' has no value"},
                {"redis,libc=a,libc=b", "'redis,libc=a,libc=b' says twice which libc is meant"},
                {"redis/suite,workload=bench",
                        "'redis/suite,workload=bench' says twice which workload is meant"},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct selection selection = {.every = true};
                struct error error = {};

                assert_int_equal(selection_parse(rows[i].text, &selection, &error), -EINVAL);
                assert_string_equal(error.message, rows[i].message);
                assert_true(selection.every && !selection.applications);
        }
}

static void test_matches(void **state)
{
        const struct dataset dataset = {
                .application = (char *)"redis",
                .workload = (char *)"redis-benchmark",
                .kind = WORKLOAD_BENCHMARK,
                .run = (char *)"3f01",
                .digest = (char *)"abcdef",
                .version = (char *)"7.0.15",
                .libc = (char *)"glibc 2.36",
        };
        const struct dataset bare = {
                .application = (char *)"redis",
                .workload = (char *)"health",
                .kind = WORKLOAD_BENCHMARK,
        };
        static const struct {
                const char *text;
                bool dataset, bare;
        } rows[] = {
                {"redis", true, true},
                {"all", true, true},
                {"nginx", false, false},
                {"redi", false, false},
                {"redis/bench", true, true},
                {"redis/redis-benchmark", true, false},
                {"redis/suite", false, false},
                /* A word for a kind is no name, even where a workload is called so. */
                {"redis/health", false, false},
                {"redis,version=7.0", true, false},
                {"redis,version=7.1", false, false},
                {"redis,libc=glibc", true, false},
                {"redis,libc=musl", false, false},
                {"redis,run=3f", true, false},
                {"redis,run=abc", true, false},
                {"redis,run=bc", false, false},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_SELECTION struct selection selection = {};

                assert_int_equal(selection_parse(rows[i].text, &selection, NULL), 0);
                if (selection_matches(&selection, &dataset) != rows[i].dataset ||
                        selection_matches(&selection, &bare) != rows[i].bare)
                        fail_msg("%s", rows[i].text);
        }
}

static void test_choose(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_STRINGS char **notes = NULL;

        (void)state;
        /* One alone; the same measured again, which needs no word; others by time and by name. */
        sample_dataset(collection, "a", WORKLOAD_SUITE, "suite", "1", 0);
        sample_dataset(collection, "b", WORKLOAD_SUITE, "suite", "2", 8);
        sample_dataset(collection, "b", WORKLOAD_SUITE, "suite", "2", 7);
        sample_dataset(collection, "iperf3", WORKLOAD_BENCHMARK, "iperf3-client", "a", 4);
        sample_dataset(collection, "iperf3", WORKLOAD_BENCHMARK, "iperf-test", "b", 5);
        sample_dataset(collection, "iperf3", WORKLOAD_HEALTH, "health", "c", 1);
        sample_dataset(collection, "lua", WORKLOAD_BENCHMARK, "lua", "y", 6);
        sample_dataset(collection, "lua", WORKLOAD_BENCHMARK, "lua", "z", 6);
        sample_dataset(collection, "lua", WORKLOAD_BENCHMARK, "lua", "x", 6);
        sample_sort(collection);
        assert_int_equal(selection_choose(collection, &notes), 0);

        assert_int_equal(collection->datasets.count, 5);
        assert_string_equal(collection->datasets.items[0].application, "a");
        assert_int_equal(collection->datasets.items[1].measured, 8);
        assert_string_equal(collection->datasets.items[2].workload, "health");
        assert_string_equal(collection->datasets.items[3].workload, "iperf-test");
        assert_string_equal(collection->datasets.items[4].run, "z");
        assert_int_equal(strings_count(notes), 2);
        assert_string_equal(notes[0],
                "iperf3 bench: iperf-test (run b) is taken, the last measured; not iperf3-client "
                "(run a)");
        assert_string_equal(notes[1],
                "lua bench: lua (run z) is taken, the last by name; not lua (run x), lua (run y)");
}

static void test_choose_nothing(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_STRINGS char **notes = NULL;

        (void)state;
        assert_int_equal(selection_choose(collection, NULL), 0);
        assert_int_equal(selection_choose(collection, &notes), 0);
        assert_int_equal(strings_count(notes), 0);
        assert_int_equal(collection->datasets.count, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_empty_names),
                cmocka_unit_test(test_parse),
                cmocka_unit_test(test_refused),
                cmocka_unit_test(test_matches),
                cmocka_unit_test(test_choose),
                cmocka_unit_test(test_choose_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
