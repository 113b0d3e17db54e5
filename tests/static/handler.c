/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group rt_sigaction rt_sigreturn getcpu getpid kill
 *
 * A signal handler, which only the kernel calls, and the code it returns to.
 */
#include "probe.h"

struct kernel_sigaction {
        void (*handler)(int);
        unsigned long flags;
        void (*restorer)(void);
        unsigned long mask;
};

#define SIGUSR1     10
#define SA_RESTORER 0x04000000

void restore(void);
__asm__(".text\n"
        "restore: mov $15, %eax\n" /* __NR_rt_sigreturn */
        "         syscall\n");

static void handle(int signal)
{
        (void)signal;
        probe(__NR_getcpu);
}

int oracle(int argc)
{
        struct kernel_sigaction action = {.flags = SA_RESTORER};

        (void)argc;
        action.handler = handle;
        action.restorer = restore;
        raw_call(__NR_rt_sigaction, SIGUSR1, (long)&action, 0, 8, 0, 0);
        raw_call(__NR_kill, raw_call(__NR_getpid, 0, 0, 0, 0, 0, 0), SIGUSR1, 0, 0, 0, 0);
        return 0;
}
