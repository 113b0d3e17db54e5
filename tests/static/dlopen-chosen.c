/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: getcpu mlock munlock
 *
 * Opens one of two libraries through a function of its own, and calls what dlsym() finds by a name
 * that stands here.
 */
#include <dlfcn.h>
#include <stddef.h>

#include "library.h"

static NOINLINE void *open_library(const char *name, int flags)
{
        return dlopen(name, flags | RTLD_LAZY);
}

static NOINLINE long (*find(void *library, const char *name))(void)
{
        return (long (*)(void))dlsym(library, name);
}

int main(int argc, char **argv)
{
        void *library = open_library(
                argc > 1 ? "libstatic-not-there.so.9" : "libstatic-plugin.so", RTLD_LOCAL);
        long (*function)(void) = library ? find(library, "plugin_entry") : NULL;

        (void)argv;
        probe(__NR_getcpu);
        if (function)
                function();
        return function == NULL;
}
