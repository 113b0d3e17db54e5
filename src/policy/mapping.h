/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Which files a process has mapped: lines of /proc/PID/maps. */

#include <stdint.h>
#include <sys/types.h>

struct mapping {
        uint64_t start;  /* address of the first byte */
        uint64_t end;    /* address behind the last byte */
        uint64_t offset; /* of the first byte in the file */
        char *path; /* the kernel's name for it; empty for anonymous memory. Owned; NULL: no mapping
                     */
};

/*
 * Finds the mapping of `thread` that holds `address`. `proc` is an open descriptor of the folder
 * /proc. `*ret` is to be released with mapping_clear(). Returns 0, -ENOENT if nothing is mapped
 * there, or -errno.
 */
int mapping_find(int proc, pid_t thread, uint64_t address, struct mapping *ret);

/*
 * Likewise the first mapping that begins with the first byte of a file, other than that of the path
 * `other`. -ENOENT: there is none.
 */
int mapping_find_other(int proc, pid_t thread, const char *other, struct mapping *ret);

void mapping_clear(struct mapping *mapping);
