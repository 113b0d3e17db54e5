/* SPDX-License-Identifier: BSD-3-Clause */
#include "observe/breakpoint.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __x86_64__

/* The first of the four addresses, what has been hit, and what is to stop: the lowest bit is the
 * first address', whose type 0 is execution. */
#define ADDRESS offsetof(struct user, u_debugreg[0])
#define STATUS  offsetof(struct user, u_debugreg[6])
#define CONTROL offsetof(struct user, u_debugreg[7])
#define FIRST   1L

/* The kernel holds the address against what it knows of the thread when it is enabled. */
int breakpoint_set(pid_t thread, uint64_t address)
{
        if (ptrace(PTRACE_POKEUSER, thread, CONTROL, 0L) < 0 ||
                ptrace(PTRACE_POKEUSER, thread, ADDRESS, (long)address) < 0 ||
                ptrace(PTRACE_POKEUSER, thread, CONTROL, FIRST) < 0)
                return -errno;
        return 0;
}

bool breakpoint_hit(pid_t thread)
{
        long status;

        errno = 0;
        status = ptrace(PTRACE_PEEKUSER, thread, STATUS, NULL);
        return errno == 0 && status & FIRST;
}

void breakpoint_clear(pid_t thread)
{
        ptrace(PTRACE_POKEUSER, thread, CONTROL, 0L);
        ptrace(PTRACE_POKEUSER, thread, STATUS, 0L);
}

#else

int breakpoint_set(pid_t thread, uint64_t address)
{
        (void)thread;
        (void)address;
        return -ENOTSUP;
}

bool breakpoint_hit(pid_t thread)
{
        (void)thread;
        return false;
}

void breakpoint_clear(pid_t thread)
{
        (void)thread;
}

#endif

/* Never entered but by the child below. */
static __attribute__((noinline)) void target(void)
{
        __asm__ volatile("" ::: "memory");
}

static void run_child(void)
{
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 || raise(SIGSTOP) != 0)
                _exit(1);
        target();
        _exit(0);
}

/* Waits until the child stops with a signal. Returns that, or -errno: it has ended, and how it
 * failed is not known. */
static int wait_for_stop(pid_t child)
{
        int status;

        while (waitpid(child, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        return WIFSTOPPED(status) ? WSTOPSIG(status) : -ENOTSUP;
}

static int try_on(pid_t child)
{
        int r = wait_for_stop(child);

        if (r != SIGSTOP)
                return r < 0 ? r : -ENOTSUP;
        r = breakpoint_set(child, (uintptr_t)target);
        if (r < 0)
                return r;
        if (ptrace(PTRACE_CONT, child, NULL, NULL) < 0)
                return -errno;
        r = wait_for_stop(child);
        if (r < 0)
                return r;
        return r == SIGTRAP && breakpoint_hit(child) ? 0 : -ENOTSUP;
}

int breakpoint_probe(struct error *error)
{
        pid_t child = fork();
        int r;

        if (child < 0)
                return error_errno(error, errno, "phases: trying a breakpoint");
        if (child == 0)
                run_child();
        r = try_on(child);
        kill(child, SIGKILL);
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
                ;
        if (r < 0)
                return error_errno(error, -r,
                        "phases: the processor's debug registers, which stop a program where its "
                        "main() begins, cannot be used here");
        return 0;
}
