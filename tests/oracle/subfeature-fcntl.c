/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * fcntl as a whole is required, and so is one of its commands, while others are not:
 *
 *   F_SETFL          required: its failure is an error (exit 2), and so is that it had no effect
 *                    (exit 4)
 *   F_GETFL          required: by that look (exit 3 or 4)
 *   F_GETFD          either: nobody looks at the result
 *   F_SETFD          either: likewise
 *   F_DUPFD_CLOEXEC  works faked only, where the fake is a fresh descriptor: its failure is an
 * error (exit 6), and so is one of the first three (exit 7), or one that cannot be closed (exit 8)
 *   F_GETPIPE_SZ     either: its fake pretends a size, whereas a pipe that holds nothing would be
 * an error (exit 9)
 *   1066             either: a command that no kernel has, hence no name
 *
 * madvise works either way, as a whole, and so there is nothing to learn from its MADV_SEQUENTIAL.
 * read and pipe2 are required, and close works faked only.
 */

#include <linux/fcntl.h>
#include <linux/mman.h>

#include "raw.h"

#define UNKNOWN_COMMAND 1066

static int ends[2] = {-1, -1};
static char page[4096];

static int look_at_size(void)
{
        return call2(__NR_fcntl, ends[0], F_GETPIPE_SZ) == 0 ? 9 : 0;
}

static int duplicate(void)
{
        long fd = call3(__NR_fcntl, ends[0], F_DUPFD_CLOEXEC, 10);

        if (fd < 0)
                return 6;
        if (fd <= 2)
                return 7;
        return call1(__NR_close, fd) == 0 ? look_at_size() : 8;
}

int oracle(int argc)
{
        long flags;

        (void)argc;
        if (call2(__NR_pipe2, ends, 0) < 0)
                return 1;
        call3(__NR_madvise, page, sizeof(page), MADV_SEQUENTIAL);
        call2(__NR_fcntl, ends[0], F_GETFD);
        call3(__NR_fcntl, ends[0], F_SETFD, FD_CLOEXEC);
        call3(__NR_fcntl, ends[0], UNKNOWN_COMMAND, 0);
        if (call3(__NR_fcntl, ends[0], F_SETFL, O_NONBLOCK) < 0)
                return 2;
        flags = call2(__NR_fcntl, ends[0], F_GETFL);
        if (flags < 0)
                return 3;
        if (!(flags & O_NONBLOCK))
                return 4;
        if (call3(__NR_read, ends[0], page, 1) != -EAGAIN)
                return 5;
        return duplicate();
}
