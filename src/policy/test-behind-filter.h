/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* For tests of what a program sees behind a filter. */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "policy/filter.h"

#define COOKIE UINT64_C(0x5a17c0de4a17c0d1)

/* In the body of a child: gives up, with a line that says what did not hold. Assumes that write
 * works. */
#define CHECK(condition)                                                                     \
        do {                                                                                 \
                if (!(condition)) {                                                          \
                        dprintf(STDERR_FILENO, "%s:%d: %s (errno %d)\n", __FILE__, __LINE__, \
                                #condition, errno);                                          \
                        return 1;                                                            \
                }                                                                            \
        } while (0)

/* Without the right to filter, a process may still do so when it renounces setuid programs. */
static inline void renounce_privileges_if_needed(void)
{
        if (geteuid() != 0)
                prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/*
 * A system call with every argument that is not given set to 0. syscall(3) would take the sixth
 * from wherever it would lie on the stack, and after a filter_bypass() the cookie still lies there:
 * only an execve makes an application of a launcher.
 */
#define CALL(...) CALL_WITH_SIX(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define CALL_WITH_SIX(number, a0, a1, a2, a3, a4, a5, ...) \
        syscall(number, (long)(a0), (long)(a1), (long)(a2), (long)(a3), (long)(a4), (long)(a5))

/*
 * Ends the process whatever the filter says. Not noreturn: before such calls the address sanitizer
 * makes system calls of its own.
 */
static inline void end_process(int status)
{
        filter_bypass(COOKIE, SYS_exit_group, status, 0, 0, 0, 0);
}

#ifdef __x86_64__
/* Numbers of <asm/unistd_32.h>, which cannot be included beside the native ones. */
enum {
        I386_WRITEV = 146,
        I386_SOCKETCALL = 102,
        I386_OPEN = 5,
        I386_EXECVE = 11,
        I386_FCNTL = 55,
        I386_GETPPID = 64,
        I386_EXECVEAT = 358,
        I386_SOCKET = 359,
        I386_SENDMSG = 370,
};

/* x32's own, without its bit. */
enum {
        X32_EXECVE = 520,
        X32_EXECVEAT = 545,
};

/* A call of the i386 ABI. Returns as the kernel does. Pointers must fit into 32 bits. */
static inline int i386_call(int number, uintptr_t a0, uintptr_t a1, uintptr_t a2)
{
        int result;

        __asm__ volatile("int $0x80"
                         : "=a"(result)
                         : "a"(number), "b"(a0), "c"(a1), "d"(a2)
                         : "memory", "r8", "r9", "r10", "r11");
        return result;
}
#endif
