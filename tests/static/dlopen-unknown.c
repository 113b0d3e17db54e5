/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: getcpu
 * Incomplete: load
 *
 * Opens what its user names, and calls what its user names in it.
 */
#include <dlfcn.h>
#include <stddef.h>

#include "library.h"

int main(int argc, char **argv)
{
        void *library;
        long (*function)(void);

        probe(__NR_getcpu);
        if (argc < 3)
                return 0;
        library = dlopen(argv[1], RTLD_NOW);
        function = library ? (long (*)(void))dlsym(library, argv[2]) : NULL;
        return function ? function() > 0 : 1;
}
