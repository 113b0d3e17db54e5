/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: getcpu mlock
 * Contains: rt_sigaction rt_sigreturn
 *
 * Handlers that only the kernel calls: one set by signal(), one in a structure for sigaction().
 */
#include <signal.h>
#include <string.h>

#include "library.h"

static void handle(int number)
{
        (void)number;
        probe(__NR_getcpu);
}

static void handle_more(int number, siginfo_t *information, void *context)
{
        (void)number;
        (void)information;
        (void)context;
        probe(__NR_mlock);
}

int main(void)
{
        struct sigaction action;

        memset(&action, 0, sizeof(action));
        action.sa_sigaction = handle_more;
        action.sa_flags = SA_SIGINFO;
        sigaction(SIGUSR2, &action, NULL);
        signal(SIGUSR1, handle);
        raise(SIGUSR1);
        raise(SIGUSR2);
        return 0;
}
