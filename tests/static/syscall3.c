/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: getcpu mlock munlock
 *
 * The C library's syscall(): it costs only the numbers that it is called with.
 */
#include <stdlib.h>
#include <unistd.h>

#include "library.h"

static NOINLINE long wrapper(int number)
{
        return syscall(number, -1L, -1L, -1L, -1L, -1L, -1L);
}

int main(int argc, char **argv)
{
        (void)argv;
        syscall(__NR_getcpu, -1L, -1L, -1L);
        wrapper(argc > 1 ? __NR_mlock : __NR_munlock);
        return EXIT_SUCCESS;
}
