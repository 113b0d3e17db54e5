/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The few fields of the kernel's structures that the programs read, declared by hand: the loader
 * moves each access to where the running kernel has the field (CO-RE), so their order here means
 * nothing and the build needs no description of any kernel.
 *
 * All that depends on the processor is below: where a call's arguments and its number are in the
 * saved registers, and how a task is told that makes a 32-bit call. A new one joins with a block.
 */

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "observe/bpf/tally.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct thread_info {
        unsigned long flags;
        __u32 status;
};

struct pid_namespace;

/* The number of a process in one namespace. */
struct upid {
        int nr;
        struct pid_namespace *ns;
};

struct pid {
        unsigned level;        /* of the namespace that it was made in; the first one's is 0 */
        struct upid numbers[]; /* in that and all namespaces around it, by their level */
};

struct task_struct {
        struct thread_info thread_info;
        struct pid *thread_pid;
};

#if defined(__TARGET_ARCH_x86)

struct pt_regs {
        unsigned long bx, cx, dx, si, di, bp;
        unsigned long r8, r9, r10;
        unsigned long orig_ax;
};

#elif defined(__TARGET_ARCH_arm64)

struct pt_regs {
        __u64 regs[31];
        __u64 orig_x0;
        __s32 syscallno;
};

#elif defined(__TARGET_ARCH_riscv)

struct pt_regs {
        unsigned long orig_a0;
        unsigned long a1, a2, a3, a4, a5, a7;
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

/* The arguments 0 to 5. Of a 32-bit call the lower halves of the registers count, here as below. */
static __always_inline void call_arguments(struct pt_regs *regs, enum tally_abi abi, __u64 ret[6])
{
        if (abi == TALLY_COMPAT) {
                ret[0] = (__u32)regs->bx;
                ret[1] = (__u32)regs->cx;
                ret[2] = (__u32)regs->dx;
                ret[3] = (__u32)regs->si;
                ret[4] = (__u32)regs->di;
                ret[5] = (__u32)regs->bp;
        } else {
                ret[0] = regs->di;
                ret[1] = regs->si;
                ret[2] = regs->dx;
                ret[3] = regs->r10;
                ret[4] = regs->r8;
                ret[5] = regs->r9;
        }
}

#else

#if defined(__TARGET_ARCH_arm64)
#define COMPAT_FLAG          (1ul << 22)       /* TIF_32BIT */
#define first_argument(regs) ((regs)->orig_x0) /* the register itself is for the result, too */
#define argument(regs, i)    ((regs)->regs[i])
#define sixth_argument(regs) argument(regs, 5)
#define call_number(regs)    ((__u32)(regs)->syscallno)
#else
#define COMPAT_FLAG          (1ul << 11)       /* TIF_32BIT */
#define first_argument(regs) ((regs)->orig_a0) /* the register itself is for the result, too */
#define argument(regs, i)    ((regs)->a##i)
#define sixth_argument(regs) argument(regs, 5)
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

static __always_inline void call_arguments(struct pt_regs *regs, enum tally_abi abi, __u64 ret[6])
{
        ret[0] = first_argument(regs);
        ret[1] = argument(regs, 1);
        ret[2] = argument(regs, 2);
        ret[3] = argument(regs, 3);
        ret[4] = argument(regs, 4);
        ret[5] = argument(regs, 5);
        for (int i = 0; i < 6 && abi == TALLY_COMPAT; i++)
                ret[i] = (__u32)ret[i];
}

#endif
