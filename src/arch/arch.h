/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Architectures and their binary interfaces to the kernel.
 *
 * An ABI is a numbering of the system calls and a way to make one. A processor can offer several at
 * once (x86-64: its own, i386's through `int 0x80`, x32's); a program may mix them, and each counts
 * as its own. Another architecture joins with a row in arch.c and a column in data/syscalls.csv.
 */

#include <stdbool.h>
#include <stdint.h>

enum abi {
        ABI_X86_64,
        ABI_AARCH64,
        ABI_RISCV64,
        ABI_I386,
        ABI_X32,
        ABI_COUNT,
};

/* x32 calls carry this bit in their number, in seccomp's and the tracepoints' eyes as well. */
#define X32_SYSCALL_BIT 0x40000000u

struct abi_info {
        const char *name;      /* the column's name in data/syscalls.csv: "x86_64" */
        const char *machine;   /* uname(2) machine of a kernel whose first ABI this is, or NULL */
        uint32_t audit_arch;   /* AUDIT_ARCH_… of <linux/audit.h>, as in seccomp_data.arch */
        uint32_t seccomp_arch; /* SCMP_ARCH_… of <seccomp.h> */
        uint32_t number_bit;   /* set in every raw number of this ABI: X32_SYSCALL_BIT or 0 */
};

/* Never NULL; the descriptor is constant. */
const struct abi_info *abi_info(enum abi abi);

/* The ABI loupe itself was compiled for: the one features without a prefix belong to. */
enum abi abi_native(void);

/* Finds an ABI by its name. Returns 0, or -ENOENT with `*ret` untouched. */
int abi_from_name(const char *name, enum abi *ret);

/*
 * The ABI and the bare number (without number_bit) of a call as seccomp and ptrace report it:
 * AUDIT_ARCH_… and raw number. Returns 0, or -ENOENT for an ABI that is not known and for a raw
 * number with its top bit set, which no ABI gives to a call (-1 is how a tracer has a call
 * skipped).
 */
int abi_from_audit(uint32_t audit_arch, uint32_t raw_number, enum abi *ret_abi, int *ret_number);

/*
 * True where the kernel's vDSO (vdso(7)) has a function that stands for the call, and most times
 * answers without entering the kernel: a run may never show the call.
 */
bool abi_has_vdso_call(enum abi abi, int number);

/*
 * True where a program on this machine's native ABI can also make calls of `abi`, the native one
 * itself included. Whether the running kernel was built to serve them is another matter.
 */
bool abi_reachable(enum abi abi);
