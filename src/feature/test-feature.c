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
#include "feature/selector.h"

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

/* The name of a value in its feature's name, whatever that is, leads back to it. */
static void assert_returns(struct feature feature)
{
        char name[FEATURE_NAME_MAX], again[FEATURE_NAME_MAX];

        feature_name(feature, name);
        if (!feature_equal(parse(name), feature))
                fail_msg("'%s' became '%s'", name, feature_name(parse(name), again));
}

static void selector_round_trip(struct feature feature, const struct selector *selector)
{
        for (size_t i = 0; i < selector->value_count; i++) {
                feature.value = selector->values[i].value;
                assert_returns(feature);
        }
        /* Every bit of a set of flags, and as many values of an enumeration, most without names. */
        for (unsigned bit = 0; bit < 64; bit++) {
                feature.value = UINT64_C(1) << bit;
                if (feature.value & selector->mask)
                        assert_returns(feature);
        }
        if (selector->kind == SELECTOR_ENUMERATION) {
                feature.value = selector->mask;
                assert_returns(feature);
                feature.value = 0;
                assert_returns(feature);
        }
}

/* So does every name in the table, and every value that has none. */
static void test_subfeature_round_trip(void **state)
{
        size_t count, seen = 0;

        (void)state;
        for (enum abi abi = 0; abi < ABI_COUNT; abi++) {
                for (int number = 0; number < syscall_number_limit(abi); number++) {
                        const struct selector *selectors = selectors_of(abi, number, &count);

                        for (size_t i = 0; i < count; i++, seen++)
                                selector_round_trip(
                                        (struct feature){FEATURE_SUBFEATURE, abi, number, i},
                                        &selectors[i]);
                }
        }
        assert_true(seen > 100);
}

static void assert_same(const char *name, const char *canonical)
{
        char text[FEATURE_NAME_MAX];

        assert_string_equal(feature_name(parse(name), text), canonical);
}

static void test_subfeature_names(void **state)
{
        (void)state;
        assert_same("fcntl:F_SETFL", "fcntl:F_SETFL");
        assert_same("fcntl:cmd:F_SETFL", "fcntl:F_SETFL");
        assert_same("fcntl:4", "fcntl:F_SETFL");
        assert_same("fcntl:0x4", "fcntl:F_SETFL");
        assert_same("fcntl:0x0FFF", "fcntl:0xfff");
        assert_same("mmap:MAP_SHARED", "mmap:MAP_SHARED");
        assert_same("mmap:flags:0x800000", "mmap:flags:0x800000");
        assert_same("mmap:flags:32", "mmap:MAP_ANONYMOUS");
        assert_same("mmap:prot:0", "mmap:PROT_NONE");
        assert_same("openat:O_NDELAY", "openat:O_NONBLOCK");
        assert_same("setsockopt:TCP_NODELAY", "setsockopt:TCP_NODELAY");
        assert_same("setsockopt:0x6/0x1", "setsockopt:TCP_NODELAY");
        assert_same("setsockopt:6/999", "setsockopt:0x6/0x3e7");
        assert_same("clone3:CLONE_INTO_CGROUP", "clone3:CLONE_INTO_CGROUP");
        if (abi_native() == ABI_X86_64) {
                assert_same("x86_64:fcntl:F_SETFL", "fcntl:F_SETFL");
                assert_same("i386:fcntl64:F_SETFL", "i386:fcntl64:F_SETFL");
                assert_same("syscall_72:F_SETFL", "fcntl:F_SETFL");
        }
        assert_string_equal(feature_kind_name(parse("fcntl:F_SETFL").kind), "subfeature");
}

static void test_subfeature_refusals(void **state)
{
        (void)state;
        assert_refused(
                "fcntl:F_SETFLL", "fcntl has no value 'F_SETFLL': did you mean 'fcntl:F_SETFL'?");
        assert_refused(
                "fcntl:f_setfl", "fcntl has no value 'f_setfl': did you mean 'fcntl:F_SETFL'?");
        assert_refused("fcntl:", "fcntl has no value ''");
        assert_refused("fcntl:4x", "fcntl has no value '4x'");
        assert_refused("fcntl:-1", "fcntl has no value '-1'");
        assert_refused("fcntl:0x", "fcntl has no value '0x'");
        assert_refused("fcntl:completely_different", "fcntl has no value 'completely_different'");
        assert_refused(
                "fcntl:arg:F_SETFL", "fcntl has no argument 'arg' that divides it, but: cmd");
        assert_refused("fcntl:cmd:F_SETFL:",
                "fcntl has no value 'F_SETFL:': did you mean 'fcntl:F_SETFL'?");
        assert_refused("fcntl:0x100000000", "0x100000000 is no single value of fcntl's cmd");
        assert_refused("fcntl:0x6/0x1", "a value of fcntl's cmd is one number, not '0x6/0x1'");
        assert_refused("setsockopt:6",
                "a value of setsockopt's option is two numbers, as 0x1/0x2, not '6'");
        assert_refused("setsockopt:6/0x100000000", "setsockopt has no value '6/0x100000000'");
        assert_refused("mmap:0x800000",
                "'0x800000' could be a value of several arguments of mmap: write "
                "'mmap:prot:0x800000', or another name");
        assert_refused("mmap:flags:0x30", "0x30 is no single value of mmap's flags");
        assert_refused("mmap:flags:1", "1 is no single value of mmap's flags");
        assert_refused("mmap:flags:0", "0 is no single value of mmap's flags");
        assert_refused("mmap:prot:MAP_SHARED", "mmap has no value 'MAP_SHARED'");
        assert_refused("read:F_SETFL", "read is not divided into sub-features");
        assert_refused("syscall_4000:1", "syscall_4000 is not divided into sub-features");
        assert_refused("vax:fcntl:F_SETFL", "unknown ABI in 'vax:fcntl:F_SETFL': it is one of "
                                            "x86_64, aarch64, riscv64, i386, x32");
        if (abi_native() == ABI_X86_64)
                assert_refused("fcntll:F_SETFL",
                        "x86_64 has no system call 'fcntll': did you mean 'fcntl'?");
}

static void test_files(void **state)
{
        (void)state;
        assert_same("file:/proc/meminfo", "file:/proc/meminfo");
        assert_same("file:/proc/17/fd/3", "file:/proc/self/fd/*");
        assert_same("file:/dev/a b,c=d\\134", "file:/dev/a\\040b\\054c\\075d\\134");
        assert_same("file:/dev/\\303\\251", "file:/dev/\\303\\251");
        assert_same("file:/dev/\xc3\xa9\n", "file:/dev/\\303\\251\\012");
        assert_string_equal(parse("file:/dev/a\\040b").path, "/dev/a b");
        assert_string_equal(feature_kind_name(parse("file:/dev").kind), "file");

        assert_refused("file:/etc/passwd",
                "'/etc/passwd' is no pseudo-file: their paths start with /proc, /sys or /dev");
        assert_refused("fil:/proc/meminfo", "'fil:/proc/meminfo' does not begin as a feature: did "
                                            "you mean 'file:/proc/meminfo'?");
        assert_refused("file:", "'' is no pseudo-file: their paths start with /proc, /sys or /dev");
        assert_refused(
                "file:/dev/\\", "three octal digits have to follow the backslash in '/dev/\\'");
        assert_refused(
                "file:/dev/\\04", "three octal digits have to follow the backslash in '/dev/\\04'");
        assert_refused("file:/dev/\\400",
                "three octal digits have to follow the backslash in '/dev/\\400'");
        assert_refused("file:/dev/\\000",
                "three octal digits have to follow the backslash in '/dev/\\000'");
}

/* The longest path of the most awkward bytes fits into the longest name. */
static void test_longest_file(void **state)
{
        struct feature feature = {.kind = FEATURE_FILE};
        char name[FEATURE_NAME_MAX];

        (void)state;
        memset(feature.path, ' ', sizeof(feature.path) - 1);
        memcpy(feature.path, "/dev/", strlen("/dev/"));
        assert_true(feature_equal(parse(feature_name(feature, name)), feature));
}

static void test_call_of_subfeature(void **state)
{
        (void)state;
        assert_true(feature_equal(feature_call(parse("fcntl:F_SETFL")), parse("fcntl")));
        assert_true(feature_equal(feature_call(parse("fcntl")), parse("fcntl")));
}

/* First calls, then their values, then files. */
static void test_compare_kinds(void **state)
{
        static const char *const sorted[] = {"mmap", "mmap:PROT_NONE", "mmap:PROT_READ",
                "mmap:MAP_SHARED", "mmap:MAP_PRIVATE", "mmap:MAP_FIXED", "file:/dev/null",
                "file:/dev/zero", "file:/proc/meminfo"};

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(sorted); i++) {
                for (size_t j = 0; j < ARRAY_SIZE(sorted); j++) {
                        struct feature a = parse(sorted[i]), b = parse(sorted[j]);
                        int result = feature_compare(&a, &b);

                        assert_int_equal((result > 0) - (result < 0), (i > j) - (i < j));
                }
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
                cmocka_unit_test(test_subfeature_round_trip),
                cmocka_unit_test(test_subfeature_names),
                cmocka_unit_test(test_subfeature_refusals),
                cmocka_unit_test(test_files),
                cmocka_unit_test(test_longest_file),
                cmocka_unit_test(test_call_of_subfeature),
                cmocka_unit_test(test_compare),
                cmocka_unit_test(test_compare_kinds),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
