/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The supervisor: answers the calls that a filter cannot decide by itself (filter.h), in the
 * sandbox, while the caller waits. These are
 *
 * - fakes whose success value is not 0;
 * - sub-features that are told by what an argument points to;
 * - pseudo-files: every call that takes a path, where the policy withholds a file or paths are to
 *   be recorded;
 * - with a scope, every withheld call, since it concerns considered processes only, and every exec,
 *   which may change what a process is;
 * - every withheld call as well where refusals are to be recorded.
 *
 * Memory of the caller is read once, and the answer follows from that copy. What is allowed goes on
 * in the kernel, which reads the memory again: a program that changes a path while another of its
 * threads is in the call with it has a race of its own, whose outcome no OS promises; it can then
 * reach the file it named last, but what was found withheld stays withheld.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "policy/file-record.h"
#include "policy/policy.h"
#include "policy/refusals.h"
#include "policy/scope.h"

struct supervisor_options {
        const struct policy *policy; /* NULL: nothing is withheld */
        const struct scope *scope;   /* NULL: every process is considered */
        struct file_record *files; /* where pseudo-files named by considered processes are counted,
                                      or NULL */
        struct refusal_record *refusals; /* where what is withheld from considered processes is
                                            noted, or NULL */
        uint64_t cookie;                 /* what marks the launcher's calls (filter.h) */

        /*
         * Told, with a scope, that `process` (its number as seen here) is about to execute
         * something considered or not; takes effect if the exec succeeds. Or NULL.
         */
        void (*judged)(pid_t process, bool considered, void *context);
        void *context;
};

struct supervisor;

/*
 * Takes over the filter's listener, also on failure. What the options point to must live as long as
 * the supervisor. Returns 0 or -errno.
 */
int supervisor_new(int listener, const struct supervisor_options *options, struct supervisor **ret,
        struct error *error);
struct supervisor *supervisor_free(struct supervisor *supervisor);
DEFINE_CLEANUP(struct supervisor *, supervisor_free)
#define CLEANUP_SUPERVISOR CLEANUP(supervisor_freep)

/* The listener, for poll(2): POLLIN where a call waits, POLLHUP alone where nobody is under the
 * filter any more. Belongs to the supervisor. */
int supervisor_fd(const struct supervisor *supervisor);

/*
 * Answers one call that is pending. Reads the caller's memory, which needs ptrace access to the
 * caller; what cannot be read makes the call fail with EFAULT where the answer depends on it.
 * Descriptors that are handed out are open on /dev/null, or on an empty file or folder.
 * May block where nothing is pending. A caller that died meanwhile is no error. Returns 0, or
 * -errno if the listener is of no use.
 */
int supervisor_answer(struct supervisor *supervisor);
