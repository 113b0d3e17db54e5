/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Paths as dynamic loaders deal with them. Of loader.c alone. */

#include <stdbool.h>

#include "arch/arch.h"

/* What differs between machines. */
struct loader_machine {
        enum abi abi;
        unsigned elf;               /* EM_… */
        uint32_t cache_flags;       /* of entries of /etc/ld.so.cache */
        const char *name;           /* $PLATFORM, and musl's ARCH */
        const char *const *libs;    /* $LIB: Debian's, and what others have */
        const char *const *folders; /* the default ones, in order */
};

/* Of the ABI loupe was compiled for; NULL: its loaders are not known. */
const struct loader_machine *loader_machine(void);

/* How many of x86-64-v2, -v3 and -v4 this machine's processor can do all of; 0 on others. */
unsigned loader_processor_level(void);

/*
 * The canonical path: without links, "." and ".."; inside `root`, which is NULL or without a slash
 * at its end. What does not exist stays as it is. Owned by the caller; NULL when out of memory or,
 * with too many links, as well.
 */
char *loader_path_canonical(const char *root, const char *path);

/*
 * The places of $ORIGIN, ${LIB}… in `text` filled in. `origin` is the folder for $ORIGIN and may be
 * NULL; then what needs it is no path. Adds one path for each of the machine's libs where $LIB
 * occurs. Returns 0 or -ENOMEM.
 */
int loader_path_expand(const char *text, const char *origin, char ***paths);

/* The folder of a path, "." where it has none. Owned by the caller; NULL when out of memory. */
char *loader_path_folder(const char *path);

/* True for a regular file that is an ELF object for this machine. */
bool loader_path_suits(const char *path);
