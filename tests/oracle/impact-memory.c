/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * brk is avoidable, but costs memory: a heap of 8 MiB that grows by brk, or, where that fails, an
 * arena of 48 MiB from mmap. All of it is used.
 */

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEAP  (8u << 20)
#define ARENA (48u << 20)

int main(void)
{
        void *memory = sbrk(HEAP);

        if (memory != (void *)-1) {
                memset(memory, 1, HEAP);
                return 0;
        }
        memory = mmap(NULL, ARENA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
                return 1;
        memset(memory, 1, ARENA);
        return 0;
}
