/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/loupedb-layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strings.h"
#include "store/loupedb-times.h"

static void test_workload_folders(void **state)
{
        static const struct {
                const char *folder;
                enum workload_kind kind;
                const char *name;
        } rows[] = {
                {"benchmark-wrk", WORKLOAD_BENCHMARK, "wrk"},
                {"benchmark-redis-benchmark", WORKLOAD_BENCHMARK, "redis-benchmark"},
                {"benchmark-benchmark", WORKLOAD_BENCHMARK, "benchmark"},
                {"suite", WORKLOAD_SUITE, "suite"},
                {"suite-nginx-tests", WORKLOAD_SUITE, "nginx-tests"},
                {"suite-suite-x", WORKLOAD_SUITE, "suite-x"},
                {"health", WORKLOAD_HEALTH, "health"},
                {"health-ping", WORKLOAD_HEALTH, "ping"},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_FREE char *folder = loupedb_workload_folder(rows[i].kind, rows[i].name);
                enum workload_kind kind;
                const char *name;

                assert_int_equal(loupedb_workload_parse(rows[i].folder, &kind, &name), 0);
                assert_int_equal(kind, rows[i].kind);
                assert_string_equal(name, rows[i].name);
                assert_string_equal(folder, rows[i].folder);
        }
}

static void test_other_folders(void **state)
{
        static const char *const names[] = {"", "benchmark", "benchmark-", "suite-", "suites",
                "suite-suite", "data", "Benchmark-x", "health-health"};
        enum workload_kind kind;
        const char *name;

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                assert_true(loupedb_workload_parse(names[i], &kind, &name) < 0);
}

static void test_folder_names(void **state)
{
        static const struct {
                const char *name, *folder;
        } rows[] = {{"redis", "redis"}, {"100%", "100%"}, {"a b.c", "a b.c"}, {"..", "%2E."},
                {".git", "%2Egit"}, {"a/b%", "a%2Fb%25"}, {"", "%"}};

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_FREE char *folder = loupedb_folder_name(rows[i].name);

                assert_string_equal(folder, rows[i].folder);
        }
        assert_true(loupedb_name_is_plain("caf\xc3\xa9"));
        assert_false(loupedb_name_is_plain("caf\xe9"));
        assert_false(loupedb_name_is_plain("a\nb"));
        assert_false(loupedb_name_is_plain("a\x7f"));
}

static void test_digests(void **state)
{
        char one[DIGEST_TEXT_SIZE], other[DIGEST_TEXT_SIZE];

        (void)state;
        assert_int_equal(loupedb_run_digest("a", "suite", "b", one), 0);
        assert_int_equal(strlen(one), 64);
        assert_int_equal(loupedb_run_digest("a", "suite", "b", other), 0);
        assert_string_equal(one, other);
        assert_int_equal(loupedb_run_digest("as", "uite", "b", other), 0);
        assert_string_not_equal(one, other);
}

static struct run_times *parse_times(const char *text, size_t size)
{
        FILE *stream = fmemopen((char *)text, size, "r");
        struct run_times *times = NULL;

        assert_non_null(stream);
        assert_int_equal(run_times_parse(stream, &times), 0);
        fclose(stream);
        return times;
}

static void test_times(void **state)
{
        static const char log[] = "300\0\nb/suite/r2/data/dyn.csv\0b/suite/r2/Dockerfile.b\0"
                                  "200\0" /* a commit without files */
                                  "100\0\nb/suite/r1/data/dyn.csv\0b/suite/r2/data/dyn.csv\0"
                                  "50\0\na/benchmark-x/r1/cmd.txt\0b/suite/r1/x\0";
        CLEANUP_RUN_TIMES struct run_times *times = parse_times(log, sizeof(log) - 1);

        (void)state;
        assert_int_equal(run_times_find(times, "b/suite/r2"), 300);
        assert_int_equal(run_times_find(times, "b/suite/r1"), 100);
        assert_int_equal(run_times_find(times, "a/benchmark-x/r1"), 50);
        assert_int_equal(run_times_find(times, "a/benchmark-x/r"), 0);
        assert_int_equal(run_times_find(times, "b/suite"), 0);
        assert_int_equal(run_times_find(NULL, "b/suite/r1"), 0);
}

static void test_odd_times(void **state)
{
        static const char log[] = "garbage\0\na/b/c/d\0"
                                  "99999999999999999999\0\na/b/d/d\0"
                                  "7\0/\0a/b/\0a/b/c\0a/b/e/f";
        CLEANUP_RUN_TIMES struct run_times *times = parse_times(log, sizeof(log) - 1);

        (void)state;
        assert_int_equal(run_times_find(times, "a/b/c"), 0);
        assert_int_equal(run_times_find(times, "a/b/d"), 0);
        assert_int_equal(run_times_find(times, "a/b/e"), 7);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_workload_folders),
                cmocka_unit_test(test_other_folders),
                cmocka_unit_test(test_folder_names),
                cmocka_unit_test(test_digests),
                cmocka_unit_test(test_times),
                cmocka_unit_test(test_odd_times),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
