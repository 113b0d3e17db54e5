/* SPDX-License-Identifier: BSD-3-Clause */

/* Names as many different pseudo-files as its argument says, none of which exists. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
        long count;
        char path[64];

        if (argc != 2)
                return 20;
        count = atol(argv[1]);
        for (long i = 0; i < count; i++) {
                snprintf(path, sizeof(path), "/proc/loupe-nowhere/%ld", i);
                if (access(path, F_OK) == 0)
                        return 1;
        }
        return 0;
}
