/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * From a fork of the conductor to the application or the test script: the steps between fork and
 * execve.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "policy/filter.h"
#include "run/run.h"

#define IDENTITY_GROUPS_MAX 64

/* Whom the application runs as, looked up before the run so that the sandbox needs no name service.
 */
struct identity {
        bool change; /* false: stays what the caller is */
        uid_t uid;
        gid_t gid;
        gid_t groups[IDENTITY_GROUPS_MAX];
        int group_count;
};

/* Looks up `user`; NULL leaves the identity unchanged. Returns 0 or -errno (-ENOENT: no such user).
 */
int identity_find(const char *user, struct identity *ret, struct error *error);

/* What the launched process needs to know; all of it belongs to the caller. */
struct launch {
        char *const *command;     /* argv */
        char *const *environment; /* the whole environment */
        const char *directory;    /* NULL: stays where it is */
        int output; /* becomes stdout and stderr, stdin becomes /dev/null; -1: all three stay */
        int answer; /* becomes stdout in place of `output`, where above 0 */
        bool keep_session; /* begins a process group of its own only, in the caller's session */
        const struct identity *identity;
        const struct cgroup_pool *cgroups; /* or NULL */
        unsigned slot;
};

/*
 * Everything before the execve that needs no filter: signals, session, limits, capabilities, user,
 * stdio, working directory. Returns 0 or -errno with the failed step.
 */
int launch_prepare(const struct launch *launch, struct error *error);

/*
 * The file that execvp(3) would execute, found with the PATH of the launch's environment. Returns
 * 0, or -errno: -ENOENT where there is none, -EACCES where what is there cannot be executed.
 */
int launch_find(const struct launch *launch, char ret_path[4096], struct error *error);
