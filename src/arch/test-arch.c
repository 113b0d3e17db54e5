/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/utsname.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "base/cleanup.h"

static void test_names(void **state)
{
        enum abi abi = ABI_COUNT;

        (void)state;
        for (enum abi expected = 0; expected < ABI_COUNT; expected++) {
                assert_int_equal(abi_from_name(abi_info(expected)->name, &abi), 0);
                assert_int_equal(abi, expected);
        }

        abi = ABI_COUNT;
        assert_int_equal(abi_from_name("vax", &abi), -ENOENT);
        assert_int_equal(abi_from_name("", &abi), -ENOENT);
        assert_int_equal(abi, ABI_COUNT);
}

/* What the machine itself says: the kernel, and libseccomp. */
static void test_native(void **state)
{
        struct utsname name;
        const struct abi_info *native = abi_info(abi_native());

        (void)state;
        assert_int_equal(uname(&name), 0);
        assert_string_equal(native->machine, name.machine);
        assert_int_equal(native->seccomp_arch, seccomp_arch_native());
        assert_int_equal(native->number_bit, 0);
        assert_true(abi_reachable(abi_native()));
}

static void test_from_audit(void **state)
{
        static const struct {
                uint32_t audit_arch;
                uint32_t raw_number;
                enum abi abi;
                int number;
        } cases[] = {
                {AUDIT_ARCH_X86_64, 0, ABI_X86_64, 0},
                {AUDIT_ARCH_X86_64, 470, ABI_X86_64, 470},
                {AUDIT_ARCH_X86_64, X32_SYSCALL_BIT, ABI_X32, 0},
                {AUDIT_ARCH_X86_64, X32_SYSCALL_BIT | 520, ABI_X32, 520},
                {AUDIT_ARCH_I386, 3, ABI_I386, 3},
                {AUDIT_ARCH_I386, X32_SYSCALL_BIT | 3, ABI_I386, (int)(X32_SYSCALL_BIT | 3)},
                {AUDIT_ARCH_AARCH64, 63, ABI_AARCH64, 63},
                {AUDIT_ARCH_RISCV64, INT32_MAX, ABI_RISCV64, INT32_MAX},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                enum abi abi = ABI_COUNT;
                int number = -1;

                assert_int_equal(
                        abi_from_audit(cases[i].audit_arch, cases[i].raw_number, &abi, &number), 0);
                assert_int_equal(abi, cases[i].abi);
                assert_int_equal(number, cases[i].number);
        }
}

static void test_from_audit_unknown(void **state)
{
        enum abi abi = ABI_COUNT;
        int number = -7;

        (void)state;
        assert_int_equal(abi_from_audit(AUDIT_ARCH_S390X, 3, &abi, &number), -ENOENT);
        assert_int_equal(abi_from_audit(0, 0, &abi, &number), -ENOENT);
        /* A tracer's way to have a call skipped; it would look like an x32 call. */
        assert_int_equal(abi_from_audit(AUDIT_ARCH_X86_64, UINT32_MAX, &abi, &number), -ENOENT);
        assert_int_equal(abi, ABI_COUNT);
        assert_int_equal(number, -7);
}

static void test_reachable(void **state)
{
        const bool x86 = abi_native() == ABI_X86_64;

        (void)state;
        assert_int_equal(abi_reachable(ABI_I386), x86);
        assert_int_equal(abi_reachable(ABI_X32), x86);
        assert_int_equal(abi_reachable(ABI_AARCH64), abi_native() == ABI_AARCH64);
        assert_int_equal(abi_reachable(ABI_RISCV64), abi_native() == ABI_RISCV64);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_native),
                cmocka_unit_test(test_from_audit),
                cmocka_unit_test(test_from_audit_unknown),
                cmocka_unit_test(test_reachable),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
