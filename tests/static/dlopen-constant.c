/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: getcpu mlock
 *
 * Opens a library whose name stands in the program, and asks it for nothing.
 */
#include <dlfcn.h>
#include <stddef.h>

#include "library.h"

int main(void)
{
        probe(__NR_getcpu);
        return dlopen("libstatic-plugin.so", RTLD_NOW) == NULL;
}
