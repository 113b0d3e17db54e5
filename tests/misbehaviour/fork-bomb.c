/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Every process forks for as long as it can; the first one goes on once it cannot any more, or once
 * COUNT processes were made altogether (the argument), and then makes the probes and ends. The
 * others stay. Where no limit on processes is in force it says so with 99: it never makes more than
 * COUNT.
 */

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "../oracle/probes.h"

/* Forks until the kernel refuses or the count is used up; true where it was the kernel. */
static int bomb(atomic_int *left)
{
        while (atomic_fetch_sub(left, 1) > 0)
                if (fork() < 0)
                        return 1;
        return 0;
}

int main(int argc, char **argv)
{
        pid_t first = getpid();
        atomic_int *left = mmap(
                NULL, sizeof(*left), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        int refused;

        if (argc != 2 || left == MAP_FAILED)
                return 20;
        *left = atoi(argv[1]);
        refused = bomb(left);
        while (getpid() != first)
                pause();
        return refused ? probes() : 99;
}
