/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * sysinfo is avoidable and costs nothing: nobody looks at what it says. Meanwhile the program does
 * a little of everything that is measured, for long enough to be looked at.
 */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#define SIZE (4u << 20)

int main(void)
{
        const struct timespec moment = {.tv_nsec = 3000000};
        char *memory = malloc(SIZE);
        int null = open("/dev/null", O_WRONLY);
        struct sysinfo info;

        if (!memory || null < 0)
                return 1;
        for (unsigned i = 0; i < 30; i++) {
                sysinfo(&info);
                memset(memory, (int)i, SIZE);
                if (write(null, memory, SIZE) < 0)
                        return 2;
                nanosleep(&moment, NULL);
        }
        return 0;
}
