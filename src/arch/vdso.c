/* SPDX-License-Identifier: BSD-3-Clause */
#include "arch/arch.h"
#include "arch/syscalls.h"

#include <stddef.h>

#include "base/strings.h"

/*
 * By vdso(7). Not in here: what is there for the kernel's own use (rt_sigreturn), what no call
 * stands behind (__vdso_sgx_enter_enclave), and getrandom, which Linux has since 6.11 only.
 */
static const char *const calls[ABI_COUNT][8] = {
        [ABI_X86_64] = {"clock_getres", "clock_gettime", "getcpu", "gettimeofday", "time"},
        [ABI_AARCH64] = {"clock_getres", "clock_gettime", "gettimeofday"},
        [ABI_RISCV64] = {"clock_getres", "clock_gettime", "getcpu", "gettimeofday",
                "riscv_flush_icache", "riscv_hwprobe"},
        [ABI_I386] = {"clock_getres", "clock_gettime", "clock_gettime64", "gettimeofday", "time"},
        [ABI_X32] = {"clock_getres", "clock_gettime", "getcpu", "gettimeofday", "time"},
};

bool abi_has_vdso_call(enum abi abi, int number)
{
        const struct syscall_info *info = syscall_by_number(abi, number);

        for (size_t i = 0; info && calls[abi][i]; i++) {
                if (string_equal(calls[abi][i], info->name))
                        return true;
        }
        return false;
}
