/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * One throwaway world per run: new mount, pid, net, ipc, uts and cgroup namespaces (as an ordinary
 * user also a user namespace), in which the whole file system is seen and none of it changed.
 *
 *   /            an overlay over the host's, submounts included; writes go to memory, up to a limit
 *   /proc        its own; what reaches the whole machine (/proc/sys, sysrq-trigger, …) read-only
 *   /sys         the host's, read-only
 *   /dev         its own: null zero full random urandom tty ptmx pts shm, fd and std{in,out,err}
 *   /tmp         its own and empty, but for what the caller asks to keep visible
 *   /run/loupe   its own, for loupe's files (SANDBOX_SCRATCH)
 *   network      loopback only, up
 *
 * When the first process of the sandbox ends, the kernel ends all others with it; when loupe dies,
 * the first process dies too. The mounts go with the last process. Nothing has to be cleaned up by
 * name.
 *
 * As root the sandbox's processes are real root: sandbox_confine() takes from the application the
 * capabilities by which it could reach beyond the sandbox. That keeps programs in that misbehave;
 * it is no fortress against somebody who looks for a way out.
 *
 * What differs from the host, as far as programs notice:
 *   - file systems that are mounted read-only, that are an interface to the kernel or that
 * overlayfs refuses are shown read-only; so are files that something is mounted on
 *   - named sockets and fifos of the host lead nowhere, and no devices but those of /dev can be
 * opened
 *   - the host name is "loupe"
 * and for ordinary users also:
 *   - a folder that has mounts somewhere below it ("/", often /run) is made of parts: new files can
 *     be made there, but those of the host that lie directly in it are shown read-only
 *   - only the user's own id and primary group exist. What belongs to others cannot be changed even
 *     where its permissions allow it (EOVERFLOW), except that files can be made in /tmp, /var/tmp,
 *     /run/lock and /dev/shm as usual; setuid programs run with the user's rights
 *   - before Linux 6.6 folders of the host cannot be removed (EIO)
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "sandbox/cgroup.h"

/* A folder in a file system of its own, world-readable, owned by the sandbox's first process. */
#define SANDBOX_SCRATCH      "/run/loupe"
#define SANDBOX_SCRATCH_SIZE (64u << 20)

struct sandbox_options {
        uint64_t disk; /* bytes that may be written altogether: to copies of the host's files,
                          /tmp, /dev/shm and /dev; a page at least. SANDBOX_SCRATCH is apart:
                          loupe can go on when the disk is full. All of it is memory, and
                          counts as that of whoever writes it */
        char *const *visible; /* absolute host paths (files or folders) to keep visible where they
                                 lie under /tmp or /dev/shm; others in the list are of no effect.
                                 May be NULL */
};

struct sandbox;

/*
 * Starts a sandbox; its first process calls `entry(context)` once everything is set up and exits
 * with what it returns. That process is a fork of the caller: it shares nothing but MAP_SHARED
 * memory, and inherits the descriptors. It has the caller's working directory where that exists in
 * the sandbox (or else "/"), the umask 022, all signals at their defaults and none blocked, no core
 * dumps, and all capabilities. It is not dumpable, so that the application cannot ptrace it. It
 * leaves without exit(3): what stdio has not flushed is lost. The caller must be single-threaded.
 *
 * Returns 0 once the process exists; what fails in the set-up itself is told by sandbox_finish().
 */
int sandbox_start(const struct sandbox_options *options, int (*entry)(void *context), void *context,
        struct sandbox **ret, struct error *error);

/* Becomes readable when the sandbox has ended; belongs to the sandbox. */
int sandbox_pidfd(const struct sandbox *sandbox);

/* Ends everything in the sandbox, at once. */
void sandbox_kill(struct sandbox *sandbox);

/*
 * Waits for the end; to be called once. `*ret_status` is as of wait(2). `*ret_usage` covers all
 * processes of the sandbox, orphans and killed ones included, since its first process ends last and
 * reaps them; only children whose parent ignored SIGCHLD are counted nowhere.
 * Returns 0, or -errno with the failed step if the set-up failed (`entry` was then never called).
 */
int sandbox_finish(
        struct sandbox *sandbox, int *ret_status, struct rusage *ret_usage, struct error *error);

/* Kills and waits where that is still to be done, and frees; accepts NULL, returns NULL. */
struct sandbox *sandbox_free(struct sandbox *sandbox);
DEFINE_CLEANUP(struct sandbox *, sandbox_free)
#define CLEANUP_SANDBOX CLEANUP(sandbox_freep)

/*
 * In a child of the sandbox's first process that is about to execute the application or the test
 * script: drops from the bounding set every capability that reaches beyond the sandbox. Present
 * capabilities stay until the execve, so that a filter can still be put on. Returns 0 or -errno.
 */
int sandbox_confine(void);

/* True where sandboxes get a user namespace: the caller lacks CAP_SYS_ADMIN. */
bool sandbox_is_unprivileged(void);
