/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Makes umask through the C library, then chdir from its own text, then sysinfo through the C
 * library again, which it cannot do without: it says so, and ends with status 4.
 */

#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>

int main(void)
{
        struct sysinfo info;
        long result;

        umask(022);
        __asm__ volatile("syscall"
                         : "=a"(result)
                         : "a"(SYS_chdir), "D"("/")
                         : "rcx", "r11", "memory");
        (void)result;
        if (sysinfo(&info) < 0) {
                perror("sysinfo");
                return 4;
        }
        return 0;
}
