/* SPDX-License-Identifier: BSD-3-Clause */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "feature/pseudo-file.h"

static void assert_folded(const char *path, const char *wanted)
{
        char folded[FEATURE_PATH_MAX], again[FEATURE_PATH_MAX];

        if (!pseudo_file_fold(path, folded))
                fail_msg("'%s' should be a pseudo-file", path);
        assert_string_equal(folded, wanted);
        assert_true(pseudo_file_is(path));
        /* The name of a feature is the name of a feature. */
        assert_true(pseudo_file_fold(folded, again));
        assert_string_equal(again, folded);
}

static void assert_refused(const char *path)
{
        char folded[FEATURE_PATH_MAX] = "untouched";
        struct feature feature = {.kind = FEATURE_KIND_COUNT};

        assert_false(pseudo_file_is(path));
        assert_false(pseudo_file_fold(path, folded));
        assert_string_equal(folded, "untouched");
        assert_false(pseudo_file_feature(path, &feature));
        assert_int_equal(feature.kind, FEATURE_KIND_COUNT);
}

static void test_plain(void **state)
{
        (void)state;
        assert_folded("/proc", "/proc");
        assert_folded("/proc/meminfo", "/proc/meminfo");
        assert_folded("/proc/sys/vm/overcommit_memory", "/proc/sys/vm/overcommit_memory");
        assert_folded("/proc/irq/17/smp_affinity", "/proc/irq/17/smp_affinity");
        assert_folded("/sys/devices/system/cpu/online", "/sys/devices/system/cpu/online");
        assert_folded("/dev/urandom", "/dev/urandom");
        assert_folded("/dev", "/dev");
}

static void test_spellings(void **state)
{
        (void)state;
        assert_folded("//proc///meminfo", "/proc/meminfo");
        assert_folded("/proc/meminfo/", "/proc/meminfo");
        assert_folded("/proc/./sys/../meminfo", "/proc/meminfo");
        assert_folded("/usr/../../../dev/null", "/dev/null");
        assert_folded("/proc/.hidden", "/proc/.hidden");
        assert_folded("/proc/...", "/proc/...");
}

static void test_processes(void **state)
{
        (void)state;
        assert_folded("/proc/17", "/proc/self");
        assert_folded("/proc/1/maps", "/proc/self/maps");
        assert_folded("/proc/4194304/status", "/proc/self/status");
        assert_folded("/proc/self/status", "/proc/self/status");
        assert_folded("/proc/thread-self/attr/current", "/proc/self/attr/current");
        /* No numbers of processes. */
        assert_folded("/proc/017/maps", "/proc/017/maps");
        assert_folded("/proc/0", "/proc/0");
        assert_folded("/proc/17x/maps", "/proc/17x/maps");
        assert_folded("/sys/17/maps", "/sys/17/maps");
}

static void test_numbers_in_a_process(void **state)
{
        (void)state;
        assert_folded("/proc/self/fd", "/proc/self/fd");
        assert_folded("/proc/self/fd/3", "/proc/self/fd/*");
        assert_folded("/proc/17/fdinfo/255", "/proc/self/fdinfo/*");
        assert_folded("/proc/17/map_files/400000-401000", "/proc/self/map_files/*");
        assert_folded("/proc/17/task", "/proc/self/task");
        assert_folded("/proc/17/task/18", "/proc/self/task/*");
        assert_folded("/proc/17/task/18/comm", "/proc/self/task/*/comm");
        assert_folded("/proc/17/task/18/fd/3", "/proc/self/task/*/fd/*");
        assert_folded("/proc/thread-self/fd/3", "/proc/self/fd/*");
        /* Behind a descriptor are the names of what it is open on. */
        assert_folded("/proc/self/fd/3/fd/4", "/proc/self/fd/*/fd/4");
        assert_folded("/proc/self/cwd/task/1", "/proc/self/cwd/task/1");
}

static void test_names_in_dev(void **state)
{
        (void)state;
        assert_folded("/dev/fd/7", "/dev/fd/*");
        assert_folded("/dev/pts/0", "/dev/pts/*");
        assert_folded("/dev/pts/ptmx", "/dev/pts/ptmx");
        assert_folded("/dev/pts", "/dev/pts");
        assert_folded("/dev/shm/sem.name", "/dev/shm/*");
        assert_folded("/dev/shm/folder/name", "/dev/shm/*");
        assert_folded("/dev/mqueue/queue", "/dev/mqueue/*");
        assert_folded("/dev/shmem", "/dev/shmem");
        assert_folded("/dev/tty1", "/dev/tty1");
}

static void test_other_paths(void **state)
{
        (void)state;
        assert_refused("");
        assert_refused("/");
        assert_refused("/etc/passwd");
        assert_refused("proc/meminfo");
        assert_refused("/process");
        assert_refused("/device/null");
        assert_refused("/proc/../etc/passwd");
        assert_refused("/mnt/proc/meminfo");
}

/* Two paths that are too long and differ only behind the cut stay two. */
static void test_long_paths(void **state)
{
        char path[PATH_MAX + 10] = "/sys/", first[FEATURE_PATH_MAX], second[FEATURE_PATH_MAX];
        size_t start = strlen(path);

        (void)state;
        memset(path + start, 'a', FEATURE_PATH_MAX - 1 - start);
        path[FEATURE_PATH_MAX - 1] = '\0';
        assert_folded(path, path);

        memset(path + start, 'a', 999 - start);
        strcpy(path + 999, "b");
        assert_true(pseudo_file_fold(path, first));
        assert_int_equal(strlen(first), FEATURE_PATH_MAX - 1);
        assert_memory_equal(first, path, FEATURE_PATH_MAX - 18);
        assert_folded(path, first);
        strcpy(path + 999, "c");
        assert_true(pseudo_file_fold(path, second));
        assert_string_not_equal(first, second);

        memset(path + start, 'a', PATH_MAX - start);
        path[PATH_MAX - 1] = '\0';
        assert_true(pseudo_file_is(path));
        path[PATH_MAX - 1] = 'a';
        path[PATH_MAX] = '\0';
        assert_refused(path);
}

/* The longest path there is grows by a few bytes when it is folded. */
static void test_growing_path(void **state)
{
        char path[PATH_MAX], folded[FEATURE_PATH_MAX];
        size_t start = snprintf(path, sizeof(path), "/proc/1/");

        (void)state;
        memset(path + start, 'a', sizeof(path) - 1 - start);
        path[sizeof(path) - 1] = '\0';
        assert_true(pseudo_file_fold(path, folded));
        assert_memory_equal(folded, "/proc/self/aaa", strlen("/proc/self/aaa"));
}

static void test_feature(void **state)
{
        struct feature feature;

        (void)state;
        assert_true(pseudo_file_feature("/proc/17/maps", &feature));
        assert_int_equal(feature.kind, FEATURE_FILE);
        assert_string_equal(feature.path, "/proc/self/maps");
        assert_int_equal(feature.abi, 0);
        assert_int_equal(feature.number, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_plain),
                cmocka_unit_test(test_spellings),
                cmocka_unit_test(test_processes),
                cmocka_unit_test(test_numbers_in_a_process),
                cmocka_unit_test(test_names_in_dev),
                cmocka_unit_test(test_other_paths),
                cmocka_unit_test(test_long_paths),
                cmocka_unit_test(test_growing_path),
                cmocka_unit_test(test_feature),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
