/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A policy compiled to a seccomp filter.
 *
 * The filter is put on by the process that will become the application, just before its execve.
 * Calls that the launcher still has to make are told from the application's own by a cookie: a
 * random 64-bit number in the sixth argument register, which none of the calls in question uses and
 * which execve clears. The filter lets such calls of the native ABI pass, whatever the policy says.
 *
 * Stubs and fakes of 0 are decided in the filter (SECCOMP_RET_ERRNO), also those of sub-features
 * that are told by registers. All else needs SECCOMP_RET_USER_NOTIF and a supervisor
 * (supervisor.h), since a filter can return errors and 0 only, and sees registers only: fakes of
 * other values, calls of which a rule of a sub-feature is told by memory, and, where a file is
 * withheld, all calls that take a path but those that are withheld anyway. Such calls do not stop
 * for a ptrace observer.
 * A rule concerns one number of one ABI, no other way to have the same effect. Calls of ABIs that
 * the policy does not name are allowed, never killed.
 *
 * The launcher's last steps, after everything else that it has to do:
 *
 *     filter_install(filter, &listener)
 *     filter_bypass(cookie, SYS_sendmsg, …)     where there is a listener, to the supervisor
 *     filter_bypass(cookie, SYS_execve, …)      which closes the launcher's listener
 *     filter_bypass(cookie, SYS_write, …), filter_bypass(cookie, SYS_exit_group, …)   where it
 * failed
 *
 * The message must be made up before the filter is put on, but for the number of the descriptor. No
 * function of libc may be called in between. The supervisor must hold no other duplicate
 * of the listener: when it closes its own, pending and later calls fail with ENOSYS instead of
 * waiting.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "policy/policy.h"

struct filter_options {
        uint64_t cookie;   /* what the launcher's own calls carry; never 0 */
        bool count_launch; /* the rules hold for the launching execve too: no cookie passes it */
        bool trace; /* allowed calls, of any ABI, stop for a ptrace observer (SECCOMP_RET_TRACE with
                       data 0), but for those with the cookie; with count_launch execve always */
        bool supervise_paths; /* calls that take a path go to the supervisor, to be recorded */
        bool supervise_execs; /* execve and execveat go to the supervisor, the launching one (with
                                 the cookie) too, and so does all that is withheld: there is a scope
                               */
        bool record_refusals; /* all that is withheld goes to the supervisor, to be noted */
};

struct filter;

/*
 * Compiles; the filter keeps no reference to policy or options. Allocates: call it in the parent of
 * the launcher. Returns 0 or -errno: -E2BIG for a policy of more than some thousand rules.
 */
int filter_new(const struct policy *policy, const struct filter_options *options,
        struct filter **ret, struct error *error);
struct filter *filter_free(struct filter *filter);
DEFINE_CLEANUP(struct filter *, filter_free)
#define CLEANUP_FILTER CLEANUP(filter_freep)

/* True where some rule needs a supervisor: filter_install() then yields a listener. */
bool filter_needs_supervisor(const struct filter *filter);

/* True where the filter would allow everything: then it need not be installed, and costs nothing.
 */
bool filter_is_empty(const struct filter *filter);

/*
 * Puts the filter on the calling thread, for good. Needs CAP_SYS_ADMIN in the current user
 * namespace (it does not set no_new_privs, so that setuid programs keep working). Allocates
 * nothing.
 * `*ret_listener` is the notification descriptor (close-on-exec), or -1 where none is needed.
 * From here on the caller makes only calls that carry the cookie. Returns 0 or -errno.
 */
int filter_install(const struct filter *filter, int *ret_listener);

/* A random cookie: never 0, and with high bits that no ordinary argument has. */
uint64_t filter_cookie(void);

/*
 * A system call that carries the cookie in the sixth argument, for use behind an installed filter:
 * at most five arguments of its own. Returns the kernel's raw result: negative errno on failure.
 */
long filter_bypass(uint64_t cookie, long number, long a0, long a1, long a2, long a3, long a4);
