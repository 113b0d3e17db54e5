/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: getcpu mlock munlock msync
 *
 * What runs outside of main(): a constructor, a destructor, functions for exit, and one that only
 * qsort() calls.
 */
#include <stdlib.h>

#include "library.h"

static __attribute__((constructor)) void begin(void)
{
        probe(__NR_getcpu);
}

static __attribute__((destructor)) void end(void)
{
        probe(__NR_mlock);
}

static void at_exit(void)
{
        probe(__NR_munlock);
}

static int compare(const void *a, const void *b)
{
        probe(__NR_msync);
        return *(const char *)a - *(const char *)b;
}

int main(void)
{
        char letters[] = "static";

        atexit(at_exit);
        qsort(letters, sizeof(letters) - 1, 1, compare);
        return 0;
}
