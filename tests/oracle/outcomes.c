/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A server on the port that is its argument, for the ways in which a server fails. With a call
 * stubbed:
 *
 *   mlock        it lives on but never listens: not ready
 *   getcpu       it ends before it listens, with status 7: exited 7
 *   sched_yield  it dies of SIGTERM when the first client comes: crashed SIGTERM
 *   times        it tells its client 200, "ask me again"
 *   getpriority  it tells its client 9, for the test script to fail with
 *   getitimer    it tells its client -1, upon which the test script is to hang
 *   umask        nothing: 0
 */

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>

#include "serve.h"

static int answer(void)
{
        struct itimerval timer;
        struct tms processor_time;

        if (sched_yield() < 0)
                raise(SIGTERM);
        if (syscall(SYS_times, &processor_time) < 0)
                return 200;
        if (syscall(SYS_getpriority, PRIO_PROCESS, 0) < 0)
                return 9;
        if (getitimer(ITIMER_REAL, &timer) < 0)
                return -1;
        umask(022);
        return 0;
}

int main(int argc, char **argv)
{
        char secret[64];
        unsigned cpu;
        int listener;

        if (argc != 2)
                return 20;
        if (syscall(SYS_getcpu, &cpu, NULL, NULL) < 0)
                return 7;
        while (mlock(secret, sizeof(secret)) < 0)
                pause();
        listener = serve_listen((uint16_t)atoi(argv[1]));
        for (;;)
                serve_one(listener, answer);
}
