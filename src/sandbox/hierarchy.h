/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Where the caller can make control groups. A controller lives either in a v1 hierarchy of its own
 * or in the one v2 hierarchy, and which parts of those the caller may write depends on who it is.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "sandbox/mounts.h"

enum controller {
        CONTROLLER_MEMORY,
        CONTROLLER_PIDS,
        CONTROLLER_COUNT,
};

/* The kernel's names: "memory", "pids". */
const char *controller_name(enum controller controller);

struct hierarchy {
        char *parent;                    /* an existing folder in which groups can be made; owned */
        bool unified;                    /* v2 */
        bool controls[CONTROLLER_COUNT]; /* the groups will have these controllers */
};

/*
 * Finds the hierarchies to use, at most one for each controller, together with which each
 * controller is found at most once. There may be none. Returns their number, or -errno. Release the
 * parents with free().
 */
int hierarchy_find(struct hierarchy ret[CONTROLLER_COUNT], struct error *error);

/*
 * The group of the calling process out of the text of /proc/self/cgroup, owned by the caller: in
 * the v1 hierarchy of `controller`, or in the v2 one for NULL. NULL if there is none, or when out
 * of memory.
 */
char *hierarchy_own_group(const char *text, const char *controller);

/*
 * The folder of the group `group` in a hierarchy that is mounted as `mount` says, owned by the
 * caller. NULL if the mount does not show that group, or when out of memory.
 */
char *hierarchy_folder(const struct mount_entry *mount, const char *group);
