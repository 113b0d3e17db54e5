/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A child fills more and more memory, up to MEGABYTES (the argument), until it is killed or
 * refused. The program then makes the probes and ends; with 99 where nobody stopped the child.
 */

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "../oracle/probes.h"

static void hog(int megabytes)
{
        const size_t size = 1u << 20;

        for (int i = 0; i < megabytes; i++) {
                void *memory = mmap(
                        NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

                if (memory == MAP_FAILED)
                        _exit(1);
                memset(memory, 1, size);
        }
}

int main(int argc, char **argv)
{
        pid_t child;
        int status;

        if (argc != 2)
                return 20;
        child = fork();
        if (child == 0) {
                hog(atoi(argv[1]));
                _exit(0);
        }
        if (child < 0 || waitpid(child, &status, 0) != child)
                return 21;
        return status == 0 ? 99 : probes();
}
