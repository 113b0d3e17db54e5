/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The names of a pool's control groups, and the process that removes them whatever happens.
 *
 * Groups are named PARENT/loupe-PID-NUMBER after the process that made them, so that those of a
 * loupe that is no more can be told, even where its janitor was killed as well.
 */

#include <sys/types.h>

#include "base/error.h"
#include "sandbox/hierarchy.h"

/* A set of groups: in each of the hierarchies those with the numbers first to first + count - 1. */
struct group_names {
        const struct hierarchy *hierarchies;
        unsigned hierarchy_count;
        pid_t owner; /* the process that made them */
        unsigned first;
        unsigned count;
};

struct janitor {
        pid_t pid;
        int link; /* a socket; shutting it down lets the janitor clean up */
};

/*
 * The group in each group that has the processes. Root in a sandbox can mount the hierarchies anew,
 * in namespaces of its own making, but sees them only from its own group down: so the limits are
 * kept one level above, out of its reach.
 */
#define GROUP_INNER "run"

/* The folder of one group, owned by the caller; NULL when out of memory. */
char *group_path(const struct group_names *names, unsigned hierarchy, unsigned index);

/*
 * Starts a janitor for the groups, which need not be there yet. It cleans up when the caller ends,
 * however that happens. It is a child of the caller in a session of its own, and keeps no
 * descriptor of the caller's. Returns 0 or -errno.
 */
int janitor_start(const struct group_names *names, struct janitor *ret, struct error *error);

/* Lets the janitor remove the groups, and waits for it. */
void janitor_stop(struct janitor *janitor);

/*
 * Kills whatever is in the groups and removes them; takes some seconds at most where the kernel is
 * slow. Groups that are not there are no error.
 */
void groups_remove(const struct group_names *names);

/* Removes groups in `parent` whose owner is gone. */
void groups_sweep(const char *parent);
