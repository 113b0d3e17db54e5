/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Opens nothing, and names pseudo-files all the same:
 *
 *   /proc/self/exe   required: what the link says must be a path (exit 1)
 *   /proc/cpuinfo    works faked only: it must be there (exit 2)
 *   /dev/null        required: it must be there (exit 3), and a device (exit 4), not a mere file
 *   /proc/uptime     either: nobody looks whether it may be read
 *   /sys/kernel      either: if it is there it is a folder (exit 5), and an empty one is that too
 *   /proc/nowhere    works stubbed only: it is not there, and must not be (exit 6)
 */

#include <asm/stat.h>
#include <linux/stat.h>

#include "raw-file.h"

#define READABLE 4 /* R_OK */

static struct stat status;

static long stat_of(const char *path)
{
        return call4(__NR_newfstatat, AT_FDCWD, path, &status, 0);
}

int oracle(int argc)
{
        static char target[256];

        (void)argc;
        if (call4(__NR_readlinkat, AT_FDCWD, "/proc/self/exe", target, sizeof(target)) < 1 ||
                target[0] != '/')
                return 1;
        if (stat_of("/proc/cpuinfo") < 0)
                return 2;
        if (stat_of("/dev/null") < 0)
                return 3;
        if (!S_ISCHR(status.st_mode))
                return 4;
        call3(__NR_faccessat, AT_FDCWD, "/proc/uptime", READABLE);
        if (stat_of("/sys/kernel") == 0 && !S_ISDIR(status.st_mode))
                return 5;
        return call3(__NR_faccessat, AT_FDCWD, "/proc/nowhere", 0) == 0 ? 6 : 0;
}
