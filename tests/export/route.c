// SPDX-License-Identifier: BSD-3-Clause
//
// A system in one library: preloaded into a program it gets every system call of it (syscall user
// dispatch), and hands it to the dispatcher of an exported header, calls.h. What is to be
// implemented Linux does. Built by tests/export.bats.

#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define LOUPE_SHIM
#include "calls.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_ON           1
#endif

// The only code whose calls the kernel takes: between these two.
extern const char route_start[], route_end[];
long route_call(long number, long a0, long a1, long a2, long a3, long a4, long a5);
void route_restore(void);

__asm__(".text\n"
        ".globl route_start, route_end, route_call, route_restore\n"
        ".hidden route_start, route_end, route_call, route_restore\n"
        "route_start:\n"
        "route_call:\n"
        "        mov %rdi, %rax\n"
        "        mov %rsi, %rdi\n"
        "        mov %rdx, %rsi\n"
        "        mov %rcx, %rdx\n"
        "        mov %r8, %r10\n"
        "        mov %r9, %r8\n"
        "        mov 8(%rsp), %r9\n"
        "        syscall\n"
        "        ret\n"
        "route_restore:\n"
        "        mov $15, %eax\n"
        "        syscall\n"
        "        ud2\n" // The kernel looks at where a call returns to.
        "route_end:\n");

// How often a call was stubbed, faked, done; printed in the end where ROUTE_COUNT is set.
static unsigned long withheld, done;
static char selector = 1; // block
static char *count_wanted;

long loupe_other(long number, long a0, long a1, long a2, long a3, long a4, long a5)
{
        done++;
        return route_call(number, a0, a1, a2, a3, a4, a5);
}

// As where the verdicts are from: what is in no table is not withheld.
long loupe_unlisted(long number, long a0, long a1, long a2, long a3, long a4, long a5)
{
#ifdef REFUSED
        if (number == REFUSED)
                return -ENOSYS;
#endif
        return loupe_other(number, a0, a1, a2, a3, a4, a5);
}

// One of the calls has a function of its own.
long loupe_do_write(long a0, long a1, long a2, long a3, long a4, long a5)
{
        return loupe_other(SYS_write, a0, a1, a2, a3, a4, a5);
}

long loupe_new_descriptor(void)
{
        return route_call(SYS_openat, -100, (long)(uintptr_t) "/dev/null", 2, 0, 0, 0);
}

long loupe_thread(void)
{
        return route_call(SYS_gettid, 0, 0, 0, 0, 0, 0);
}

static void tell(void)
{
        char text[96], digits[24];
        size_t length = 0;

        for (int i = 0; i < 2; i++) {
                const char *word = i == 0 ? "route: done " : ", withheld ";
                unsigned long number = i == 0 ? done : withheld;
                size_t count = 0;

                memcpy(text + length, word, strlen(word));
                length += strlen(word);
                do
                        digits[count++] = (char)('0' + number % 10);
                while (number /= 10);
                while (count > 0)
                        text[length++] = digits[--count];
        }
        text[length++] = '\n';
        route_call(SYS_write, 2, (long)(uintptr_t)text, (long)length, 0, 0, 0);
}

static void on_call(int signal, siginfo_t *information, void *context)
{
        greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
        const unsigned long before = done;
        const int number = information->si_syscall;

        (void)signal;
        // The frame of the program's own handler: nothing of ours may lie above it.
        if (number == SYS_rt_sigreturn)
                route_call(SYS_exit_group, 98, 0, 0, 0, 0, 0);
        if (number == SYS_exit_group && count_wanted)
                tell();
        registers[REG_RAX] = loupe_syscall(number, registers[REG_RDI], registers[REG_RSI],
                registers[REG_RDX], registers[REG_R10], registers[REG_R8], registers[REG_R9]);
        withheld += done == before;
}

// As the kernel has it: the C library would put in a restorer of its own, whose call would come
// here again.
struct kernel_action {
        void (*handler)(int, siginfo_t *, void *);
        unsigned long flags;
        void (*restorer)(void);
        unsigned long mask;
};

__attribute__((constructor)) static void start(void)
{
        const struct kernel_action action = {on_call, SA_SIGINFO | 0x04000000, route_restore, 0};

        count_wanted = getenv("ROUTE_COUNT");
        if (route_call(SYS_rt_sigaction, SIGSYS, (long)(uintptr_t)&action, 0, 8, 0, 0) < 0 ||
                route_call(SYS_prctl, PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON,
                        (long)(uintptr_t)route_start, route_end - route_start,
                        (long)(uintptr_t)&selector, 0) < 0)
                _exit(99);
}
