/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "arch/syscalls.h"

static void test_calls(void **state)
{
        (void)state;
        assert_true(abi_has_vdso_call(ABI_X86_64, 228)); /* clock_gettime */
        assert_true(abi_has_vdso_call(ABI_X86_64, 201)); /* time */
        assert_false(abi_has_vdso_call(ABI_X86_64, 0));
        assert_false(abi_has_vdso_call(ABI_X86_64, 15)); /* rt_sigreturn */
        assert_false(abi_has_vdso_call(ABI_X86_64, -1));
        assert_false(abi_has_vdso_call(ABI_X86_64, 100000));
        /* aarch64 has no time; getcpu (168) goes to the kernel. */
        assert_true(abi_has_vdso_call(ABI_AARCH64, 113));
        assert_false(abi_has_vdso_call(ABI_AARCH64, 168));
        assert_true(abi_has_vdso_call(ABI_I386, 265));
}

/* Names that the table of calls does not know would never be found. */
static void test_counts(void **state)
{
        static const size_t expected[ABI_COUNT] = {
                [ABI_X86_64] = 5,
                [ABI_AARCH64] = 3,
                [ABI_RISCV64] = 6,
                [ABI_I386] = 5,
                [ABI_X32] = 5,
        };

        (void)state;
        for (enum abi abi = 0; abi < ABI_COUNT; abi++) {
                size_t count = 0;

                for (int number = 0; number < syscall_number_limit(abi); number++)
                        count += abi_has_vdso_call(abi, number);
                assert_int_equal(count, expected[abi]);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_calls),
                cmocka_unit_test(test_counts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
