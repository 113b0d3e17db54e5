/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * One kind of mapping is required, and others are not:
 *
 *   MAP_SHARED     required: what a child writes must be seen here (exit 2 to 5)
 *   MAP_PRIVATE    works stubbed only, since all of the following have it
 *   MAP_NORESERVE  works stubbed only: without the memory there is a fallback, but success without
 *                  memory is an error (exit 6)
 *   MAP_POPULATE   either: nobody looks at the result
 *   MAP_LOCKED     either: likewise, in the same call
 *   PROT_NONE      either: likewise, in a call of its own
 *   0x800000       either: likewise; a flag that no kernel has, hence no name
 *   MAP_ANONYMOUS, PROT_READ, PROT_WRITE   required, by MAP_SHARED
 */

#include <linux/mman.h>
#include <linux/signal.h>

#include "raw.h"

#define SIZE         4096
#define UNKNOWN_FLAG 0x800000
#define WRITABLE     (PROT_READ | PROT_WRITE)

static long map(int protection, int flags)
{
        return call6(__NR_mmap, 0, SIZE, protection, flags | MAP_ANONYMOUS, -1, 0);
}

/* What mmap(2) tells is an address, of which the last 4095 are errnos. */
static int is_error(long address)
{
        return address < 0 && address >= -4095;
}

static int share(void)
{
        volatile char *shared;
        long address, child;
        int status = -1;

        address = map(WRITABLE, MAP_SHARED);
        if (is_error(address))
                return 2;
        if (address == 0)
                return 3;
        shared = (volatile char *)address;
        child = call5(__NR_clone, SIGCHLD, 0, 0, 0, 0);
        if (child == 0) {
                *shared = 'x';
                call1(__NR_exit_group, 0);
        }
        if (child < 0 || call4(__NR_wait4, child, &status, 0, 0) != child || status != 0)
                return 4;
        return *shared == 'x' ? 0 : 5;
}

int oracle(int argc)
{
        static volatile char fallback[SIZE];
        volatile char *memory = fallback;
        long address;

        (void)argc;
        map(WRITABLE, MAP_PRIVATE | MAP_POPULATE | MAP_LOCKED);
        map(PROT_NONE, MAP_PRIVATE);
        map(WRITABLE, MAP_PRIVATE | UNKNOWN_FLAG);
        address = map(WRITABLE, MAP_PRIVATE | MAP_NORESERVE);
        if (address == 0)
                return 6;
        if (!is_error(address))
                memory = (volatile char *)address;
        *memory = 'y';
        return share();
}
