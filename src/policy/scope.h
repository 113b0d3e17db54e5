/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Which processes an analysis considers: those that execute one of the files named by the
 * workload's `consider` list, or an interpreter with one of these as its script. All others run
 * untouched and unmeasured. A process is judged at each exec; what it forks is as it is.
 *
 * Paths are judged with their links resolved, as seen from the root of the process' mount
 * namespace, which in a sandbox is what loupe's user sees; a chroot in between changes nothing.
 *
 * The script is the first word of the command line, behind the interpreter, that names a regular
 * file which begins with "#!" and a line that leads to the executable: so `t/foo.t`, `perl t/foo.t`
 * and `perl -Ilib t/foo.t` are all the script t/foo.t, and `cat t/foo.t` is not. While env(1) looks
 * for the interpreter of "#!/usr/bin/env perl", the process is env still.
 *
 * Programs may write over their command line: judge at the exec, and remember.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"

struct scope;

/*
 * `patterns` are absolute paths or globs (fnmatch(3) with FNM_PATHNAME), or words without a slash,
 * which match the last component. A pattern that leads through symbolic links (its folders only,
 * for a glob) stands for what they lead to, too: /bin/sh is /usr/bin/dash.
 * NULL-terminated, copied. Returns 0 or -errno (-EINVAL: an empty pattern, a relative path).
 */
int scope_new(char *const *patterns, struct scope **ret, struct error *error);
struct scope *scope_free(struct scope *scope);
DEFINE_CLEANUP(struct scope *, scope_free)
#define CLEANUP_SCOPE CLEANUP(scope_freep)

/*
 * What scope_judge*() found until now, in this process or in others forked from where the scope was
 * made: whether anything was considered, and the executables that were not, "/usr/bin/dash,
 * /usr/bin/make", as many as there is room for, without the caller's own. Owned by the caller; ""
 * where there are none, NULL when out of memory.
 */
bool scope_considered(const struct scope *scope);
char *scope_others(const struct scope *scope);

/* True where the absolute path, which is taken as it is, matches a pattern. */
bool scope_matches(const struct scope *scope, const char *path);

/*
 * Judges what has this name and nothing else that could be looked at. The kernel's mark at the end,
 * for what was removed, is no part of the name. Returns 1, 0 or -ENOMEM.
 */
int scope_judge_name(const struct scope *scope, const char *name);

/*
 * Judges what `process` executes now: its executable, and where that is an interpreter, its script
 * (found in its command line; relative names as seen from its present working directory). `proc` is
 * a descriptor of a /proc that has both the caller and the process, which is under this number
 * there. Needs ptrace access to the process. Returns 1, 0, or -errno: -ESRCH where it is gone.
 */
int scope_judge(const struct scope *scope, int proc, pid_t process);

/*
 * Judges what a thread is about to execute: `path` (from its root or working directory; links are
 * followed, and a script to its interpreter) with the argument vector at address `arguments` of its
 * memory (`short_pointers`: of 32 bits each). What cannot be read there counts as the vector's end.
 * Returns as scope_judge(), and -ENOENT where the path leads to no file, or does so only for that
 * thread (/proc/self/exe).
 */
int scope_judge_exec(const struct scope *scope, int proc, pid_t thread, const char *path,
        uint64_t arguments, bool short_pointers);
