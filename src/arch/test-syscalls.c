/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "arch/syscalls.h"
#include "base/cleanup.h"

static void test_by_name(void **state)
{
        const struct syscall_info *read = syscall_by_name("read");

        (void)state;
        assert_non_null(read);
        assert_string_equal(read->name, "read");
        assert_int_equal(read->numbers[abi_native()], SYS_read);
        assert_int_equal(read->numbers[ABI_X86_64], 0);
        assert_int_equal(read->numbers[ABI_AARCH64], 63);
        assert_int_equal(read->numbers[ABI_RISCV64], 63);
        assert_int_equal(read->numbers[ABI_I386], 3);
        assert_int_equal(read->numbers[ABI_X32], 0);

        assert_null(syscall_by_name(""));
        assert_null(syscall_by_name("rea"));
        assert_null(syscall_by_name("reads"));
        assert_null(syscall_by_name("zzz"));
}

/* Every row is found by its name, and in every ABI by its number; nothing else is found. */
static void test_table_is_found(void **state)
{
        size_t expected[ABI_COUNT] = {}, found[ABI_COUNT] = {};

        (void)state;
        for (size_t i = 0; i < syscall_table_size; i++) {
                const struct syscall_info *row = &syscall_table[i];

                if (i > 0)
                        assert_true(strcmp(syscall_table[i - 1].name, row->name) < 0);
                assert_ptr_equal(syscall_by_name(row->name), row);
                for (enum abi abi = 0; abi < ABI_COUNT; abi++) {
                        if (row->numbers[abi] < 0)
                                continue;
                        assert_ptr_equal(syscall_by_number(abi, row->numbers[abi]), row);
                        expected[abi]++;
                }
        }

        for (enum abi abi = 0; abi < ABI_COUNT; abi++) {
                for (int number = 0; number < syscall_number_limit(abi); number++)
                        found[abi] += syscall_by_number(abi, number) != NULL;
                assert_int_equal(found[abi], expected[abi]);
        }
}

static void test_number_bounds(void **state)
{
        (void)state;
        for (enum abi abi = 0; abi < ABI_COUNT; abi++) {
                const int limit = syscall_number_limit(abi);

                assert_non_null(syscall_by_number(abi, limit - 1));
                assert_null(syscall_by_number(abi, limit));
                assert_null(syscall_by_number(abi, INT32_MAX));
                assert_null(syscall_by_number(abi, -1));
        }
        /* In the gap that x86-64 leaves before the numbers all architectures share. */
        assert_null(syscall_by_number(ABI_X86_64, 400));
        /* x32 leaves out the calls for which it has numbers of its own. */
        assert_null(syscall_by_number(ABI_X32, 59));
        assert_string_equal(syscall_by_number(ABI_X32, 520)->name, "execve");
}

static void test_arguments(void **state)
{
        static const enum argument_kind openat[SYSCALL_ARGUMENTS_MAX] = {
                ARGUMENT_DESCRIPTOR, ARGUMENT_PATH, ARGUMENT_FLAGS, ARGUMENT_MODE};
        const struct syscall_info *row = syscall_by_name("openat");

        (void)state;
        assert_int_equal(row->argument_count, 4);
        assert_memory_equal(row->arguments, openat, sizeof(openat));

        assert_int_equal(syscall_by_name("getpid")->argument_count, 0);
        assert_int_equal(syscall_by_name("mmap")->argument_count, SYSCALL_ARGUMENTS_MAX);
        assert_int_equal(syscall_by_name("fcntl")->arguments[1], ARGUMENT_SELECTOR);
        assert_int_equal(syscall_by_name("kill")->arguments[0], ARGUMENT_PROCESS);
        assert_int_equal(syscall_by_name("kill")->arguments[1], ARGUMENT_SIGNAL);
        assert_int_equal(syscall_by_name("setuid")->arguments[0], ARGUMENT_IDENTITY);
}

static void test_success(void **state)
{
        static const struct {
                const char *name;
                struct success success;
        } cases[] = {
                {"close", {SUCCESS_CONSTANT, 0}},
                {"umask", {SUCCESS_CONSTANT, 022}},
                {"read", {SUCCESS_CONSTANT, 0}},
                {"write", {SUCCESS_ARGUMENT, 2}},
                {"dup2", {SUCCESS_ARGUMENT, 1}},
                {"openat", {SUCCESS_DESCRIPTOR, 0}},
                {"writev", {SUCCESS_IOVEC, 1}},
                {"sendmsg", {SUCCESS_MESSAGE, 1}},
                {"set_tid_address", {SUCCESS_THREAD, 0}},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                const struct success success = syscall_by_name(cases[i].name)->success;

                assert_int_equal(success.kind, cases[i].success.kind);
                assert_int_equal(success.value, cases[i].success.value);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_by_name),
                cmocka_unit_test(test_table_is_found),
                cmocka_unit_test(test_number_bounds),
                cmocka_unit_test(test_arguments),
                cmocka_unit_test(test_success),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
