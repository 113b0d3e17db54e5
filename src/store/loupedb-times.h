/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* When each run of a checkout was last changed, by the history that git has of it. */

#include <stdint.h>
#include <stdio.h>

#include "base/cleanup.h"

struct run_times;

/*
 * Asks git for the last commit that touched each folder APPLICATION/WORKLOAD/RUN below `folder`:
 * one `git log` for all of them, which runs nothing that the checkout configures and uses no
 * network. Returns 0, or -errno: -ENODATA where there is no git or the folder is in no work tree of
 * git's, -EACCES where git fails on it, as it does where the owner is another user.
 */
int run_times_read(const char *folder, struct run_times **ret);

/*
 * Reads what `git log -z --name-only --format=%ct` writes, newest commits first. Returns 0 or
 * -errno.
 */
int run_times_parse(FILE *stream, struct run_times **ret);

/* Seconds since the epoch; 0: unknown. `path` is "APPLICATION/WORKLOAD/RUN"; `times` may be NULL.
 */
int64_t run_times_find(const struct run_times *times, const char *path);

struct run_times *run_times_free(struct run_times *times);
DEFINE_CLEANUP(struct run_times *, run_times_free)
#define CLEANUP_RUN_TIMES CLEANUP(run_times_freep)
