/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * All that a program without a C library needs: the entry point, and a way to make a system call.
 * Such a program uses the calls that stand in its source and no others, so that its whole set of
 * verdicts is known by construction.
 *
 * A program defines oracle(), whose result it ends with. exit_group is therefore required in each
 * of them: withheld, the program runs into the trap behind it.
 */

#include <asm/unistd.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#ifdef ORACLE_ARGUMENTS
int oracle(int argc, char **argv); /* of programs that define ORACLE_ARGUMENTS */
#else
int oracle(int argc);
#endif
noreturn void oracle_start(const long *stack);

#if defined(__x86_64__)
__asm__(".globl _start\n"
        "_start: xor %ebp, %ebp\n"
        "        mov %rsp, %rdi\n"
        "        and $-16, %rsp\n"
        "        call oracle_start\n");

static inline long raw_call(long number, long a0, long a1, long a2, long a3, long a4, long a5)
{
        register long r10 __asm__("r10") = a3;
        register long r8 __asm__("r8") = a4;
        register long r9 __asm__("r9") = a5;
        long result;

        __asm__ volatile("syscall"
                         : "=a"(result)
                         : "a"(number), "D"(a0), "S"(a1), "d"(a2), "r"(r10), "r"(r8), "r"(r9)
                         : "rcx", "r11", "memory");
        return result;
}
#elif defined(__aarch64__)
__asm__(".globl _start\n"
        "_start: mov x0, sp\n"
        "        bl oracle_start\n");

static inline long raw_call(long number, long a0, long a1, long a2, long a3, long a4, long a5)
{
        register long x8 __asm__("x8") = number;
        register long x0 __asm__("x0") = a0;
        register long x1 __asm__("x1") = a1;
        register long x2 __asm__("x2") = a2;
        register long x3 __asm__("x3") = a3;
        register long x4 __asm__("x4") = a4;
        register long x5 __asm__("x5") = a5;

        __asm__ volatile("svc #0"
                         : "+r"(x0)
                         : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                         : "memory");
        return x0;
}
#elif defined(__riscv) && __riscv_xlen == 64
__asm__(".globl _start\n"
        "_start: mv a0, sp\n"
        "        call oracle_start\n");

static inline long raw_call(long number, long a0, long a1, long a2, long a3, long a4, long a5)
{
        register long r7 __asm__("a7") = number;
        register long r0 __asm__("a0") = a0;
        register long r1 __asm__("a1") = a1;
        register long r2 __asm__("a2") = a2;
        register long r3 __asm__("a3") = a3;
        register long r4 __asm__("a4") = a4;
        register long r5 __asm__("a5") = a5;

        __asm__ volatile("ecall"
                         : "+r"(r0)
                         : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
                         : "memory");
        return r0;
}
#else
#error "how does this processor make a system call?"
#endif

/* As the kernel has it: the result, or a negative errno. */
#define call0(number)          raw_call((number), 0, 0, 0, 0, 0, 0)
#define call1(number, a)       raw_call((number), (long)(a), 0, 0, 0, 0, 0)
#define call2(number, a, b)    raw_call((number), (long)(a), (long)(b), 0, 0, 0, 0)
#define call3(number, a, b, c) raw_call((number), (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define call4(number, a, b, c, d) \
        raw_call((number), (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define call5(number, a, b, c, d, e) \
        raw_call((number), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define call6(number, a, b, c, d, e, f) \
        raw_call((number), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* The kernel puts argc on top of the first stack, and argv behind it. */
noreturn void oracle_start(const long *stack)
{
#ifdef ORACLE_ARGUMENTS
        call1(__NR_exit_group, oracle((int)stack[0], (char **)(stack + 1)));
#else
        call1(__NR_exit_group, oracle((int)stack[0]));
#endif
        __builtin_trap();
}
