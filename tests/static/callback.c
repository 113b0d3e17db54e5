/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock msync mincore
 * May: incomplete
 *
 * A function that is handed over together with a context, which tells it the number: in a structure
 * of the caller's frame, as the C library's setuid() does; and one that takes the number itself.
 */
#include "probe.h"

struct request {
        int number;
        long arguments[3];
        long result;
};

static void serve(void *context)
{
        struct request *request = context;

        request->result = raw_call(request->number, request->arguments[0], request->arguments[1],
                request->arguments[2], -1, -1, -1);
}

static NOINLINE void run(void (*callback)(void *), void *context)
{
        callback(context);
}

static NOINLINE long first(void)
{
        struct request request = {.number = __NR_getcpu, .arguments = {-1, -1, -1}};

        run(serve, &request);
        return request.result;
}

static NOINLINE long second(long a)
{
        struct request request = {.number = __NR_mlock, .arguments = {a, a, a}};

        run(serve, &request);
        return request.result;
}

/* Handed over directly. */
static NOINLINE long third(long a)
{
        struct request request = {
                .number = a == 3 ? __NR_munlock : __NR_msync,
                .arguments = {-1, -1, -1},
        };

        serve(&request);
        return request.result;
}

static void by_number(void *context)
{
        probe((long)context);
}

int oracle(int argc)
{
        first();
        second(-argc);
        third(argc);
        run(by_number, (void *)(long)__NR_mincore);
        return 0;
}
