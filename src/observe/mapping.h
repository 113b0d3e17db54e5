/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Which file a process has mapped at an address: one line of /proc/PID/maps. */

#include <stdint.h>
#include <sys/types.h>

struct mapping {
        uint64_t start; /* address of the first byte */
        uint64_t end;   /* address behind the last byte */
        char *path; /* the kernel's name for it; empty for anonymous memory. Owned; NULL: no mapping
                     */
};

/*
 * Finds the mapping of `thread` that holds `address`. `proc` is an open descriptor of the folder
 * /proc. `*ret` is to be released with mapping_clear(). Returns 0, -ENOENT if nothing is mapped
 * there, or -errno.
 */
int mapping_find(int proc, pid_t thread, uint64_t address, struct mapping *ret);
void mapping_clear(struct mapping *mapping);
