/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>

#include "arch/syscalls.h"
#include "policy/path-call.h"

static const struct path_call *paths_of(enum abi abi, const char *name, size_t *ret_count)
{
        const struct syscall_info *info = syscall_by_name(name);

        assert_non_null(info);
        return path_calls_of(abi, info->numbers[abi], ret_count);
}

static void test_openat(void **state)
{
        const struct path_call *path;
        size_t count;

        (void)state;
        path = paths_of(ABI_X86_64, "openat", &count);
        assert_int_equal(count, 1);
        assert_int_equal(path->path, 1);
        assert_int_equal(path->directory, 0);
        assert_int_equal(path->link, PATH_LINK_OPEN);
        assert_int_equal(path->link_argument, 2);
        assert_int_equal(path->fake, PATH_FAKE_DESCRIPTOR);
}

static void test_two_paths(void **state)
{
        const struct path_call *paths;
        size_t count;

        (void)state;
        paths = paths_of(ABI_RISCV64, "linkat", &count);
        assert_int_equal(count, 2);
        assert_int_equal(paths[0].path, 1);
        assert_int_equal(paths[0].link, PATH_LINK_FOLLOW_IF);
        assert_int_equal(paths[0].link_argument, 4);
        assert_int_equal(paths[0].link_flag, AT_SYMLINK_FOLLOW);
        assert_int_equal(paths[1].path, 3);
        assert_int_equal(paths[1].directory, 2);
        assert_int_equal(paths[1].link, PATH_LINK_KEEP);
        assert_int_equal(paths[1].fake, PATH_FAKE_ERROR);
        assert_int_equal(paths[1].errnum, EEXIST);
}

static void test_text_of_a_link_names_no_file(void **state)
{
        const struct path_call *paths;
        size_t count;

        (void)state;
        paths = paths_of(ABI_X86_64, "symlink", &count);
        assert_int_equal(count, 1);
        assert_int_equal(paths->path, 1);
        assert_int_equal(paths->directory, -1);
}

static void test_arguments_that_one_abi_splits(void **state)
{
        size_t count;

        (void)state;
        assert_int_equal(paths_of(ABI_X86_64, "fanotify_mark", &count)->path, 4);
        assert_int_equal(paths_of(ABI_I386, "fanotify_mark", &count)->path, 5);
        assert_int_equal(paths_of(ABI_I386, "fanotify_mark", &count)->directory, 4);
        assert_int_equal(count, 1);
}

static void test_calls_without_paths(void **state)
{
        size_t count = 7;

        (void)state;
        assert_null(paths_of(ABI_X86_64, "read", &count));
        assert_int_equal(count, 0);
        assert_null(path_calls_of(ABI_X86_64, -1, &count));
        assert_null(path_calls_of(ABI_X86_64, 4095, &count));
        assert_null(paths_of(ABI_AARCH64, "open", &count)); /* not there */
}

/* The other way round from the generator's check: whatever the table of calls says is a path. */
static void test_every_path_of_every_call(void **state)
{
        (void)state;
        for (size_t i = 0; i < syscall_table_size; i++) {
                const struct syscall_info *info = &syscall_table[i];
                unsigned paths = 0;

                for (unsigned j = 0; j < info->argument_count; j++)
                        paths += info->arguments[j] == ARGUMENT_PATH;
                for (enum abi abi = 0; abi < ABI_COUNT; abi++) {
                        size_t count;

                        path_calls_of(abi, info->numbers[abi], &count);
                        assert_true(count <= PATH_CALLS_MAX);
                        if (info->numbers[abi] >= 0)
                                assert_int_equal(count > 0, paths > 0);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_openat),
                cmocka_unit_test(test_two_paths),
                cmocka_unit_test(test_text_of_a_link_names_no_file),
                cmocka_unit_test(test_arguments_that_one_abi_splits),
                cmocka_unit_test(test_calls_without_paths),
                cmocka_unit_test(test_every_path_of_every_call),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
