/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The sandbox's file system. The host's tree is put together anew from overlays and read-only views
 * (root.c), what the kernel or loupe provides is put on top (special.c), and the process moves
 * over.
 *
 * Everything is assembled on a stage, a tmpfs on top of the host's /proc: the one folder that is
 * sure to be there, and from which nothing is taken. The tmpfs also holds whatever will be written,
 * so that its size is the disk limit.
 */

#include <stdbool.h>

#include "base/error.h"
#include "sandbox/mounts.h"
#include "sandbox/sandbox.h"

#define STAGE        "/proc"
#define STAGE_ROOT   STAGE "/root"   /* the new root */
#define STAGE_UPPER  STAGE "/upper"  /* what is written to each overlay */
#define STAGE_WORK   STAGE "/work"   /* overlayfs's own working folders */
#define STAGE_DEV    STAGE "/dev"    /* the new /dev */
#define STAGE_TMP    STAGE "/tmp"    /* the new /tmp */
#define STAGE_SHARED STAGE "/shared" /* the new /dev/shm */

/* The folders that are not taken from the host. */
enum special {
        SPECIAL_PROC,
        SPECIAL_SYS,
        SPECIAL_DEV,
        SPECIAL_TMP,
        SPECIAL_SCRATCH,
        SPECIAL_COUNT,
};

struct root {
        const struct sandbox_options *options;
        bool unprivileged; /* in a user namespace: the host's mounts cannot be taken apart */
        struct mount_table mounts;    /* the host's */
        char *special[SPECIAL_COUNT]; /* where they really are: the host's symbolic links followed
                                       */
        unsigned overlays;            /* how many there are so far, for their names on the stage */
};

/*
 * Builds the file system and moves the calling process into it; it keeps its working directory
 * where that still exists. To be called once, in a mount namespace of its own. Returns 0 or -errno.
 */
int root_enter(const struct sandbox_options *options, bool unprivileged, struct error *error);

/*
 * Puts the host's `path` (absolute, without symbolic links) and what is below it at the same place
 * in the new root, where the folder that holds it exists. Returns 0 or -errno.
 */
int root_place(struct root *root, const char *path, struct error *error);

/*
 * Makes a folder in the new root where there is none, and missing ones above it, each with the
 * permissions of the host's folder of that name; or only those above it. Return 0 or -errno.
 */
int root_make_folder(struct root *root, const char *path, struct error *error);
int root_make_parents(struct root *root, const char *path, struct error *error);

/* The place of the host's `path` on the stage, owned by the caller; NULL when out of memory. */
char *root_target(const char *path);

/* Puts the special folders on top of the assembled host tree. Returns 0 or -errno. */
int root_mount_specials(struct root *root, struct error *error);
