/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Limits on memory and processes for everything a run starts, together.
 *
 * A cgroup_pool holds a control group per job, made once and used by one run after the other. It
 * knows cgroup v2 and v1 (pids and memory), and a delegated v2 subtree for ordinary users; where
 * there is no usable controller it falls back to rlimits, which hold per process (RLIMIT_DATA) or
 * per user namespace (RLIMIT_NPROC).
 *
 * RLIMIT_NPROC does not hold for root at all. What is written in a sandbox is memory too, of the
 * group of whoever wrote it.
 *
 * Control groups outlive their creator, so a small janitor process in a session of its own watches
 * loupe: when that ends, by kill -9 or otherwise, the janitor kills what is left in the groups and
 * removes them.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

struct cgroup_limits {
        uint64_t memory;    /* bytes */
        unsigned processes; /* processes and threads */
};

struct cgroup_pool;

/*
 * Makes `count` groups (1 or more), all with the same limits. Falls back without an error, see
 * cgroup_pool_describe(). Returns 0 or -errno.
 */
int cgroup_pool_new(const struct cgroup_limits *limits, unsigned count, struct cgroup_pool **ret,
        struct error *error);

/* What enforces the limits, for the user: "cgroup v2", "cgroup v1", "rlimits (no … controller)". */
const char *cgroup_pool_describe(const struct cgroup_pool *pool);

/*
 * Puts the calling process, and what it will fork, under the limits of group `index` (0 to count -
 * 1). For a child in a sandbox that is about to execute a program; allocates nothing. Returns 0 or
 * -errno.
 */
int cgroup_pool_enter(const struct cgroup_pool *pool, unsigned index);

/* True if the kernel killed a process of the group for memory since the last call for that index.
 */
bool cgroup_pool_out_of_memory(struct cgroup_pool *pool, unsigned index);

/* Removes the groups (no process is left in them by then); accepts NULL, returns NULL. */
struct cgroup_pool *cgroup_pool_free(struct cgroup_pool *pool);
DEFINE_CLEANUP(struct cgroup_pool *, cgroup_pool_free)
#define CLEANUP_CGROUP_POOL CLEANUP(cgroup_pool_freep)
