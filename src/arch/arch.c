/* SPDX-License-Identifier: BSD-3-Clause */
#include "arch/arch.h"

#include <errno.h>
#include <limits.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stddef.h>

#include "base/strings.h"

#if defined(__x86_64__) && defined(__LP64__)
#define NATIVE_ABI ABI_X86_64
#elif defined(__aarch64__) && defined(__LP64__)
#define NATIVE_ABI ABI_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define NATIVE_ABI ABI_RISCV64
#else
#error "loupe does not know the system calls of this architecture: see src/arch/arch.h"
#endif

static const struct abi_info abis[ABI_COUNT] = {
        [ABI_X86_64] =
                {
                        .name = "x86_64",
                        .machine = "x86_64",
                        .audit_arch = AUDIT_ARCH_X86_64,
                        .seccomp_arch = SCMP_ARCH_X86_64,
                },
        [ABI_AARCH64] =
                {
                        .name = "aarch64",
                        .machine = "aarch64",
                        .audit_arch = AUDIT_ARCH_AARCH64,
                        .seccomp_arch = SCMP_ARCH_AARCH64,
                },
        [ABI_RISCV64] =
                {
                        .name = "riscv64",
                        .machine = "riscv64",
                        .audit_arch = AUDIT_ARCH_RISCV64,
                        .seccomp_arch = SCMP_ARCH_RISCV64,
                },
        [ABI_I386] =
                {
                        .name = "i386",
                        .machine = "i686",
                        .audit_arch = AUDIT_ARCH_I386,
                        .seccomp_arch = SCMP_ARCH_X86,
                },
        /* The kernel reports x32 calls as x86-64's: the bit in the number is the only difference.
         */
        [ABI_X32] =
                {
                        .name = "x32",
                        .audit_arch = AUDIT_ARCH_X86_64,
                        .seccomp_arch = SCMP_ARCH_X32,
                        .number_bit = X32_SYSCALL_BIT,
                },
};

const struct abi_info *abi_info(enum abi abi)
{
        return &abis[abi];
}

enum abi abi_native(void)
{
        return NATIVE_ABI;
}

int abi_from_name(const char *name, enum abi *ret)
{
        for (enum abi abi = 0; abi < ABI_COUNT; abi++) {
                if (string_equal(abis[abi].name, name)) {
                        *ret = abi;
                        return 0;
                }
        }
        return -ENOENT;
}

/*
 * Whether a raw number is one of `abi`, given that the AUDIT_ARCH_… is. Two ABIs that share theirs
 * are told apart by the bit that one of them sets; in an ABI that shares it with none the bit means
 * nothing.
 */
static bool abi_has_raw_number(enum abi abi, uint32_t raw_number)
{
        if (abis[abi].audit_arch != AUDIT_ARCH_X86_64)
                return true;
        return (raw_number & X32_SYSCALL_BIT) == abis[abi].number_bit;
}

int abi_from_audit(uint32_t audit_arch, uint32_t raw_number, enum abi *ret_abi, int *ret_number)
{
        if (raw_number > INT_MAX)
                return -ENOENT;

        for (enum abi abi = 0; abi < ABI_COUNT; abi++) {
                if (abis[abi].audit_arch == audit_arch && abi_has_raw_number(abi, raw_number)) {
                        *ret_abi = abi;
                        *ret_number = (int)(raw_number & ~abis[abi].number_bit);
                        return 0;
                }
        }
        return -ENOENT;
}

bool abi_reachable(enum abi abi)
{
        if (NATIVE_ABI == ABI_X86_64)
                return abi == ABI_X86_64 || abi == ABI_I386 || abi == ABI_X32;
        return abi == NATIVE_ABI;
}
