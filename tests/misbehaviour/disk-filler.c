/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Fills a file in each of the folders that are its arguments, but for the first, which is the
 * number of megabytes after which it ends with 99, nobody having stopped it. Otherwise makes the
 * probes.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../oracle/probes.h"

static char megabyte[1u << 20];

/* Returns the megabytes written until there was no more room. */
static int fill(const char *folder, int limit)
{
        char path[512];
        int written = 0;
        int fd;

        snprintf(path, sizeof(path), "%s/loupe-test-filler", folder);
        fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        while (fd >= 0 && written < limit &&
                write(fd, megabyte, sizeof(megabyte)) == sizeof(megabyte))
                written++;
        return written;
}

int main(int argc, char **argv)
{
        int left;

        if (argc < 3)
                return 20;
        left = atoi(argv[1]);
        memset(megabyte, 1, sizeof(megabyte));
        for (int i = 2; i < argc; i++)
                left -= fill(argv[i], left);
        return left > 0 ? probes() : 99;
}
