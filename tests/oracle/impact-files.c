/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * close is avoidable, but costs descriptors: 200 files are opened one after the other. Nothing else
 * is in the way: the number of open files is what it is for a while before the end.
 */

#include <fcntl.h>
#include <time.h>

#include "raw.h"

int oracle(int argc)
{
        const struct timespec while_looked_at = {.tv_nsec = 120000000};
        long fd;

        (void)argc;
        for (unsigned i = 0; i < 200; i++) {
                fd = call4(__NR_openat, AT_FDCWD, "/dev/null", O_RDONLY, 0);
                if (fd < 0)
                        return 1;
                call1(__NR_close, fd);
        }
        call2(__NR_nanosleep, &while_looked_at, NULL);
        return 0;
}
