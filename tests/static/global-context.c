/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock
 * May: incomplete
 *
 * The number stands in a structure of the caller's frame, to which a variable points: as the C
 * library hands setuid() to all threads.
 */
#include "probe.h"

struct request {
        int number;
        long argument;
};

static struct request *volatile current;

static NOINLINE void serve(void)
{
        raw_call(current->number, current->argument, -1, -1, -1, -1, -1);
}

static NOINLINE void ask(int argc)
{
        struct request request = {.number = argc == 1 ? __NR_getcpu : __NR_mlock, .argument = -1};

        current = &request;
        serve();
        current = NULL;
}

int oracle(int argc)
{
        ask(argc);
        return 0;
}
