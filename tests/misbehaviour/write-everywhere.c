/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Changes the file system wherever it can: makes a file in each folder that is an argument, removes
 * what lies in the first of them, and opens for writing what would change the kernel. Then makes
 * the probes. Ends with 99 where the kernel's files could be opened.
 */

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>

#include "../oracle/probes.h"

/* Nothing is written to them: that they open is bad enough. */
static const char *const forbidden[] = {
        "/proc/sysrq-trigger",
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/vm/drop_caches",
        "/sys/power/state",
        "/sys/kernel/mm/transparent_hugepage/enabled",
};

static void remove_all(const char *folder)
{
        DIR *directory = opendir(folder);
        const struct dirent *entry;

        if (!directory)
                return;
        while ((entry = readdir(directory)))
                unlinkat(dirfd(directory), entry->d_name, 0);
        closedir(directory);
}

static void leave_mark(const char *folder)
{
        char path[512];
        int fd;

        snprintf(path, sizeof(path), "%s/loupe-test-mark", folder);
        fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
        if (fd >= 0)
                close(fd);
}

int main(int argc, char **argv)
{
        if (argc < 2)
                return 20;
        remove_all(argv[1]);
        for (int i = 1; i < argc; i++)
                leave_mark(argv[i]);
        for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
                if (open(forbidden[i], O_WRONLY | O_CLOEXEC) >= 0)
                        return 99;
        return probes();
}
