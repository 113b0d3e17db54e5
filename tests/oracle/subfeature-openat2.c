/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What openat2 is asked for stands behind a pointer:
 *
 *   RESOLVE_BENEATH      required: it must keep in the folder (exit 2) what would leave it
 *   RESOLVE_NO_MAGICLINKS  required: it goes with the above, in the same call
 *   RESOLVE_NO_SYMLINKS  works stubbed only: the file is opened without it then, but an empty one
 *                        is an error (exit 4)
 *   RESOLVE_NO_XDEV      either: nobody looks at the result
 *
 * openat2 as a whole is required. It cannot be left out by its size either: the same call with a
 * longer structure, the rest zero, is the same sub-feature.
 */

#include <linux/fcntl.h>
#include <linux/openat2.h>

#include "raw.h"

/* A structure of the future: the kernel takes it while what it does not know is zero. */
struct long_how {
        struct open_how how;
        uint64_t future[2];
};

static struct long_how long_how;

static long open_resolved(long folder, const char *path, uint64_t resolve)
{
        long_how.how.flags = O_RDONLY;
        long_how.how.resolve = resolve;
        return call4(__NR_openat2, folder, path, &long_how,
                resolve & RESOLVE_BENEATH ? sizeof(long_how) : sizeof(long_how.how));
}

int oracle(int argc)
{
        long folder, fd;
        char byte;

        (void)argc;
        folder = open_resolved(AT_FDCWD, "/etc", 0);
        if (folder < 0)
                return 1;
        if (open_resolved(folder, "../etc/passwd", RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS) !=
                -EXDEV)
                return 2;
        open_resolved(folder, "passwd", RESOLVE_NO_XDEV);
        fd = open_resolved(folder, "passwd", RESOLVE_NO_SYMLINKS);
        if (fd < 0)
                fd = open_resolved(folder, "passwd", 0);
        if (fd < 0)
                return 3;
        return call3(__NR_read, fd, &byte, 1) == 1 ? 0 : 4;
}
