/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Maps /dev/zero to get memory. It is required: without it the program exits with 1, and with 2 or
 * a signal where what is there cannot be mapped or holds no memory.
 * With an argument the program takes anonymous memory where the device is not there or gives no
 * zeros, and so it works either way.
 */

#include <linux/mman.h>

#include "raw-file.h"

#define SIZE 4096

static long map(int flags, long fd)
{
        return call6(__NR_mmap, 0, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | flags, fd, 0);
}

int oracle(int argc)
{
        volatile char *memory;
        char byte = 1;
        long address, fd;

        fd = call4(__NR_openat, AT_FDCWD, "/dev/zero", O_RDWR, 0);
        if (argc > 1 && (fd < 0 || call3(__NR_read, fd, &byte, 1) != 1 || byte != 0))
                address = map(MAP_ANONYMOUS, -1);
        else if (fd < 0)
                return 1;
        else
                address = map(0, fd);
        if (address < 0)
                return 2;
        memory = (volatile char *)address;
        memory[SIZE - 1] = 'x';
        return memory[SIZE - 1] == 'x' && memory[0] == 0 ? 0 : 3;
}
