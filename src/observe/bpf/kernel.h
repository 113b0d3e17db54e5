/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The few fields of the kernel's structures that the programs read, declared by hand: the loader
 * moves each access to where the running kernel has the field (CO-RE), so their order here means
 * nothing and the build needs no description of any kernel.
 *
 * All that depends on the processor is below: where a call's sixth argument and its number are in
 * the saved registers, and how a task is told that makes a 32-bit call. A new one joins with a
 * block.
 */

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "observe/bpf/tally.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct thread_info {
        unsigned long flags;
        __u32 status;
};

struct task_struct {
        struct thread_info thread_info;
};

#if defined(__TARGET_ARCH_x86)

struct pt_regs {
        unsigned long r9;
        unsigned long orig_ax;
};

#elif defined(__TARGET_ARCH_arm64)

struct pt_regs {
        __u64 regs[31];
        __s32 syscallno;
};

#elif defined(__TARGET_ARCH_riscv)

struct pt_regs {
        unsigned long a5;
        unsigned long a7;
};

#else
#error "this processor's calling convention is not known here"
#endif

#pragma clang attribute pop

#if defined(__TARGET_ARCH_x86)

#define EXECVE_NUMBER 59
#define COMPAT_STATUS \
        0x2u /* TS_COMPAT: set for the time of a call by int 0x80 or from 32-bit code */
#define X32_SYSCALL_BIT      0x40000000u
#define sixth_argument(regs) ((regs)->r9)
#define call_number(regs)    ((__u32)(regs)->orig_ax)

static __always_inline enum tally_abi call_abi(struct task_struct *task, __u32 raw_number)
{
        if (task->thread_info.status & COMPAT_STATUS)
                return TALLY_COMPAT;
        return raw_number & X32_SYSCALL_BIT ? TALLY_X32 : TALLY_NATIVE;
}

static __always_inline __u32 bare_number(enum tally_abi abi, __u32 raw_number)
{
        return abi == TALLY_X32 ? raw_number & ~X32_SYSCALL_BIT : raw_number;
}

#else

#if defined(__TARGET_ARCH_arm64)
#define COMPAT_FLAG          (1ul << 22) /* TIF_32BIT */
#define sixth_argument(regs) ((regs)->regs[5])
#define call_number(regs)    ((__u32)(regs)->syscallno)
#else
#define COMPAT_FLAG          (1ul << 11) /* TIF_32BIT */
#define sixth_argument(regs) ((regs)->a5)
#define call_number(regs)    ((__u32)(regs)->a7)
#endif

#define EXECVE_NUMBER 221

static __always_inline enum tally_abi call_abi(struct task_struct *task, __u32 raw_number)
{
        return task->thread_info.flags & COMPAT_FLAG ? TALLY_COMPAT : TALLY_NATIVE;
}

static __always_inline __u32 bare_number(enum tally_abi abi, __u32 raw_number)
{
        return raw_number;
}

#endif
