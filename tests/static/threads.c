/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: getcpu mlock
 * Contains: setuid clone|clone3 rt_sigreturn
 * May: incomplete
 *
 * A thread, whose function only its creator knows; and a change of identity, which the C library
 * asks each thread for.
 */
#include <pthread.h>
#include <unistd.h>

#include "library.h"

static void *run(void *argument)
{
        probe(__NR_mlock);
        return argument;
}

int main(void)
{
        pthread_t thread;

        if (pthread_create(&thread, NULL, run, NULL) != 0 || setuid(getuid()) != 0)
                return 1;
        probe(__NR_getcpu);
        return pthread_join(thread, NULL);
}
