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

#include "arch/syscalls.h"
#include "base/cleanup.h"
#include "feature/feature.h"

static struct feature parse(const char *name)
{
        struct error error = {};
        struct feature feature;

        if (feature_parse(name, &feature, &error) < 0)
                fail_msg("%s: %s", name, error.message);
        return feature;
}

static void assert_refused(const char *name, const char *message)
{
        const struct feature untouched = {.abi = ABI_COUNT, .number = -7};
        struct feature feature = untouched;
        struct error error = {};

        assert_int_equal(feature_parse(name, &feature, &error), -EINVAL);
        assert_string_equal(error.message, message);
        assert_memory_equal(&feature, &untouched, sizeof(feature));
        assert_int_equal(feature_parse(name, &feature, NULL), -EINVAL);
}

/* Every call of every ABI survives the way to its name and back. */
static void test_round_trip(void **state)
{
        char name[FEATURE_NAME_MAX];

        (void)state;
        for (enum abi abi = 0; abi < ABI_COUNT; abi++) {
                for (int number = 0; number < syscall_number_limit(abi) + 10; number++) {
                        const struct feature feature = {.abi = abi, .number = number};

                        feature_name(feature, name);
                        assert_true(feature_equal(parse(name), feature));
                }
        }
}

static void test_names(void **state)
{
        const struct feature native = {
                .abi = abi_native(), .number = syscall_by_name("read")->numbers[abi_native()]};
        const struct feature i386 = {.abi = ABI_I386, .number = 3};
        char name[FEATURE_NAME_MAX];

        (void)state;
        assert_string_equal(feature_name(native, name), "read");
        assert_true(feature_equal(parse("read"), native));

        assert_string_equal(feature_name(i386, name), "i386:read");
        assert_true(feature_equal(parse("i386:read"), i386));

        snprintf(name, sizeof(name), "%s:read", abi_info(abi_native())->name);
        assert_true(feature_equal(parse(name), native));
        assert_string_equal(feature_kind_name(FEATURE_SYSCALL), "syscall");
}

static void test_numbers(void **state)
{
        const struct feature native = {.abi = abi_native(), .number = 4000};
        const struct feature x32 = {.abi = ABI_X32, .number = 59};
        char name[FEATURE_NAME_MAX];

        (void)state;
        assert_string_equal(feature_name(native, name), "syscall_4000");
        assert_true(feature_equal(parse("syscall_4000"), native));
        assert_string_equal(feature_name(x32, name), "x32:syscall_59");
        assert_true(feature_equal(parse("x32:syscall_59"), x32));

        /* The number of a call that has a name stands for that call. */
        snprintf(name, sizeof(name), "i386:syscall_%d", 3);
        assert_string_equal(feature_name(parse(name), name), "i386:read");

        assert_refused("i386:syscall_", "i386 has no system call 'syscall_'");
        assert_refused("i386:syscall_-1", "i386 has no system call 'syscall_-1'");
        assert_refused("i386:syscall_ 1", "i386 has no system call 'syscall_ 1'");
        assert_refused("i386:syscall_0x1", "i386 has no system call 'syscall_0x1'");
        assert_refused("i386:syscall_99999999999999999999",
                "i386 has no system call 'syscall_99999999999999999999'");
        assert_refused("i386:syscall_1073741824", "i386 has no system call 'syscall_1073741824'");
}

static void assert_suggested(const char *word, const char *suggestion)
{
        char name[FEATURE_NAME_MAX];
        char message[ERROR_MESSAGE_SIZE];

        /* In the words of i386, which tests can rely on wherever they run. */
        snprintf(name, sizeof(name), "i386:%s", word);
        snprintf(message, sizeof(message), "i386 has no system call '%s': did you mean 'i386:%s'?",
                word, suggestion);
        assert_refused(name, message);
}

static void test_suggestions(void **state)
{
        (void)state;
        assert_suggested("reed", "read");
        assert_suggested("raed", "read");
        assert_suggested("opena", "open");
        assert_suggested("opentat", "openat");
        assert_suggested("epol_create", "epoll_create");
        assert_suggested("prlimit", "prlimit64");
        assert_suggested("Write", "write");
        /* Nearer would be newfstatat, which i386 does not have. */
        assert_suggested("newfstat", "fstat");

        assert_refused("i386:", "i386 has no system call ''");
        assert_refused(
                "i386:completely_different", "i386 has no system call 'completely_different'");
}

/* A real call, but of another ABI: there it is suggested, if programs of this machine can use it.
 */
static void test_calls_of_other_abis(void **state)
{
        (void)state;
        if (abi_native() == ABI_X86_64) {
                assert_refused("socketcall",
                        "x86_64 has no system call 'socketcall': did you mean 'i386:socketcall'?");
                assert_refused("i386:newfstatat",
                        "i386 has no system call 'newfstatat': did you mean 'newfstatat'?");
                assert_refused("riscv_hwprobe", "x86_64 has no system call 'riscv_hwprobe'");
        }
        assert_refused("vax:read",
                "unknown ABI in 'vax:read': it is one of x86_64, aarch64, riscv64, i386, x32");
        assert_refused(":read",
                "unknown ABI in ':read': it is one of x86_64, aarch64, riscv64, i386, x32");
}

/* Words of any length are refused, not overrun. */
static void test_long_words(void **state)
{
        char word[1000];

        (void)state;
        for (size_t length = FEATURE_NAME_MAX - 2; length < sizeof(word); length++) {
                struct error error = {};
                struct feature feature;

                memset(word, 'a', length);
                word[length] = '\0';
                assert_int_equal(feature_parse(word, &feature, &error), -EINVAL);
                word[length - 1] = ':';
                assert_int_equal(feature_parse(word, &feature, &error), -EINVAL);
        }
}

static void test_compare(void **state)
{
        struct feature features[] = {
                {.abi = ABI_I386, .number = 3},
                {.abi = ABI_X86_64, .number = 300},
                {.abi = ABI_X86_64, .number = 2},
                {.abi = ABI_I386, .number = 1},
        };
        static const struct feature sorted[] = {
                {.abi = ABI_X86_64, .number = 2},
                {.abi = ABI_X86_64, .number = 300},
                {.abi = ABI_I386, .number = 1},
                {.abi = ABI_I386, .number = 3},
        };

        (void)state;
        qsort(features, ARRAY_SIZE(features), sizeof(*features), feature_compare);
        for (size_t i = 0; i < ARRAY_SIZE(sorted); i++)
                assert_true(feature_equal(features[i], sorted[i]));
        assert_false(feature_equal(sorted[0], sorted[1]));
        assert_true(feature_compare(&sorted[0], &sorted[2]) < 0);
        assert_true(feature_compare(&sorted[3], &sorted[2]) > 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_round_trip),
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_numbers),
                cmocka_unit_test(test_suggestions),
                cmocka_unit_test(test_calls_of_other_abis),
                cmocka_unit_test(test_long_words),
                cmocka_unit_test(test_compare),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
