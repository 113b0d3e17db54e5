/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Observers watch one run and tell which features the application used: its own process, its
 * threads and all descendants, from the launching execve on; never the sandbox, the test script or
 * others.
 *
 * BPF counts in kernel maps (raw_syscalls:sys_enter), needs CAP_BPF and CAP_PERFMON (or root) and
 * costs some 100 ns a call. ptrace works for everyone and costs some 10 µs a call.
 * The launcher's own calls are known by the filter cookie they carry (policy/filter.h).
 * Another observer joins with a row in observer.c.
 *
 * What they tell is the same but for this: a signal that the application ignores breaks off a
 * blocking call under ptrace alone, which the kernel then has made anew, and that counts again.
 * (Where it does so by restart_syscall, that is told by neither: no program makes this call by
 * itself.)
 *
 * Sub-features stand beside their calls, each with the count of the calls that had its value, also
 * where nobody has a name for it. What lies in memory that cannot be read is none; the kernel then
 * refuses the call, too. (BPF cannot read either what is not in memory at that moment, as a
 * constant of the program's file in a part that nothing has touched yet.)
 *
 * With phases each program that is executed begins before its main(), until that is entered; what a
 * process forks begins where its maker is, and threads are where their process is. ptrace has the
 * processor stop the program there, by a debug register, which changes nothing in its memory. (If
 * the program ignores or blocks SIGTRAP by then, it has the signal's default action from there on,
 * as the kernel has it.) A script's program is its interpreter. Of a program that ld.so was told to
 * run all counts from ld.so on. The execve that starts a program belongs to what the process was
 * before.
 *
 * With a scope only processes are observed that execute something considered. A process is judged
 * anew by each exec that succeeds, which itself counts for what the process was before; what it
 * forks is as it is. BPF leaves the others alone. ptrace has to stop them at each call, as the
 * filter says, and lets them go on: they are not measured, but as slow.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "observe/observation.h"
#include "policy/scope.h"

enum observer_kind {
        OBSERVER_AUTO, /* BPF where it works and can tell what is asked for, ptrace otherwise */
        OBSERVER_BPF,
        OBSERVER_PTRACE,
        OBSERVER_KIND_COUNT,
};

/* Where the main() of a program is, in addresses of its file. */
struct observer_main {
        uint64_t address; /* of main() */
        uint64_t entry;   /* of the entry point */
        uint64_t first;   /* of the page that the file's first byte is mapped to */
};

/*
 * Finds main() in an executable, by a path that can be opened. Returns 0; a positive number for a
 * dynamic loader, which goes on with the main() of another program; -errno otherwise, with a
 * message that tells why, without the path. Called in the observer's own process.
 */
typedef int observer_find_main(const char *path, struct observer_main *ret, struct error *error);

struct observer_options {
        bool errors;       /* also tell the errnos; EINTR where a signal broke off the call */
        bool objects;      /* also tell which object file made the call; ptrace only */
        bool values;       /* also tell sub-features: the values of the calls' selectors */
        bool count_launch; /* also count the launching execve; with a scope, where what it starts is
                              considered */
        observer_find_main *find_main; /* also tell phases: what is called before and after main()
                                          begins; ptrace only. NULL: do not */
        const struct scope *scope; /* NULL: every process is observed. Must outlive the observer */
};

struct observer;

/*
 * Prepares an observer, to be used for any number of runs one after the other. With OBSERVER_AUTO,
 * `error` holds why BPF was not taken where it was not. Returns 0 or -errno.
 */
int observer_new(enum observer_kind kind, const struct observer_options *options,
        struct observer **ret, struct error *error);
struct observer *observer_free(struct observer *observer);
DEFINE_CLEANUP(struct observer *, observer_free)
#define CLEANUP_OBSERVER CLEANUP(observer_freep)

/* OBSERVER_BPF or OBSERVER_PTRACE, and its word on the command line and in results. */
enum observer_kind observer_kind(const struct observer *observer);
const char *observer_kind_name(enum observer_kind kind);
int observer_kind_from_name(const char *name, enum observer_kind *ret);

/* True where the application's filter must have filter_options.trace set. */
bool observer_traces(const struct observer *observer);

/*
 * With a scope, in the sandbox, by the supervisor's process, which loupe forked after
 * observer_new(): `process` (its number in the pid namespace that the launcher is in, whatever
 * others it may be in) is about to execute something that is considered, or not. It takes effect if
 * the exec succeeds; of several the last one counts. The launching execve must be judged, too,
 * before the call goes on to the kernel. Makes no system call. Nothing to do where the observer
 * judges for itself. Returns 0 or -errno.
 */
int observer_judged(struct observer *observer, pid_t process, bool considered);

/* Before the run starts, in loupe's own process. `cookie` is the run's. Returns 0 or -errno. */
int observer_begin(struct observer *observer, uint64_t cookie, struct error *error);

/*
 * In the sandbox, by the launcher's parent, while the launcher waits and has not put on its filter.
 * When it returns 0 the launcher may go on. Returns 0 or -errno.
 *
 * In a user namespace made by loupe the launcher must be dumpable (PR_SET_DUMPABLE) by now, so its
 * parent must be at the time it forks: the memory of a process that executed nothing yet belongs to
 * the namespace outside.
 */
int observer_attach(struct observer *observer, pid_t launcher, struct error *error);

/*
 * After the sandbox has gone, in loupe's own process. `ret` is an empty observation, to be cleared
 * by the caller. Returns 0 or -errno: an observation with losses is an error, never silently short.
 */
int observer_end(struct observer *observer, struct observation *ret, struct error *error);
