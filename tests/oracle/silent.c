/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Works whatever becomes of sysinfo and getcpu, but not silently. sysinfo stubbed: complains, in a
 * line that it does not print otherwise. sysinfo faked: finds no memory and writes ten times as
 * much. getcpu: nothing but a number changes.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

static void write_blocks(unsigned count)
{
        static char block[65536];
        FILE *file = fopen("/tmp/blocks", "w");

        for (unsigned i = 0; file && i < count; i++)
                fwrite(block, sizeof(block), 1, file);
        if (file)
                fclose(file);
}

int main(void)
{
        struct sysinfo info = {};
        unsigned cpu = 0;

        syscall(SYS_getcpu, &cpu, NULL, NULL);
        printf("process %d on processor %u\n", getpid(), cpu);
        if (syscall(SYS_sysinfo, &info) < 0) {
                printf("no figures: error %d\n", errno);
                info.totalram = 1;
        }
        write_blocks(info.totalram > 0 ? 4 : 40);
        return 0;
}
