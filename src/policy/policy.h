/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A policy says what becomes of each system call of the application: allowed, stubbed (not
 * executed, fails with an errno) or faked (not executed, reports success). A rule concerns a whole
 * call, those calls that have one value of a selector, or those that name a pseudo-file. Where
 * several rules withhold a call, that of the whole call decides; else the first one of a
 * sub-feature (in feature order), else one of a file. What no rule withholds is allowed if a rule
 * allows it or nothing is denied by default: a rule that allows is an exception from the default,
 * never from a rule that withholds. It is data; filter.h turns it into a seccomp filter,
 * supervisor.h answers what a filter cannot.
 */

#include <stdbool.h>
#include <stddef.h>

#include "arch/syscalls.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "feature/feature.h"

enum action {
        ACTION_ALLOW,
        ACTION_STUB,
        ACTION_FAKE,
};

struct policy_rule {
        struct feature feature;
        enum action action;
        int errnum;             /* ACTION_STUB: a positive errno, 1 to 4095 */
        struct success success; /* ACTION_FAKE */
};

struct policy;

/* An empty policy, which allows everything, and a copy. The caller frees. NULL when out of memory.
 */
struct policy *policy_new(void);
struct policy *policy_copy(const struct policy *policy);
struct policy *policy_free(struct policy *policy);
DEFINE_CLEANUP(struct policy *, policy_free)
#define CLEANUP_POLICY CLEANUP(policy_freep)

/*
 * Each sets the rule of one feature, replacing an earlier one. The fake of a file always has
 * policy_success_of() for its success value. Returns 0 or -ENOMEM.
 */
int policy_stub(struct policy *policy, struct feature feature, int errnum);
int policy_fake(struct policy *policy, struct feature feature, struct success success);
int policy_allow(struct policy *policy, struct feature feature);

/*
 * What happens to calls without a rule of their own: allowed (errnum 0, the start), or stubbed with
 * that errno. Concerns calls of the native ABI; those of other ABIs without a rule stay allowed.
 */
void policy_set_default(struct policy *policy, int errnum);
int policy_default(const struct policy *policy);

/*
 * What happens to pseudo-files without a rule of their own: they are there (errnum 0, the start),
 * or calls that name them fail with that errno. What leads to a file that is allowed by a rule is
 * there, too.
 */
void policy_set_default_of_files(struct policy *policy, int errnum);
int policy_default_of_files(const struct policy *policy);

/* Rules in feature order. The array belongs to the policy. */
const struct policy_rule *policy_rules(const struct policy *policy, size_t *ret_count);

/* The rule of one feature, or NULL. Belongs to the policy; the next change of it may move it. */
const struct policy_rule *policy_find(const struct policy *policy, struct feature feature);

/*
 * The rules of a call's sub-features, in feature order. The array belongs to the policy; the next
 * change of it may move it.
 */
const struct policy_rule *policy_subfeature_rules(
        const struct policy *policy, struct feature call, size_t *ret_count);

/* True where a rule withholds a file. */
bool policy_withholds_files(const struct policy *policy);

/* True where the policy allows everything, rules that say just that included. */
bool policy_is_empty(const struct policy *policy);

/*
 * The success value for faking `feature`: of the selector's value, else of the table of calls, else
 * constant 0. (A fake of a file is a file that is present and empty: its success value means
 * nothing.)
 */
struct success policy_success_of(struct feature feature);

/* What stubbing fails with where nothing else is said: ENOENT for a file, ENOSYS for the rest. */
int policy_errno_of(struct feature feature);

/*
 * Adds the rules of a list as users write them: "NAME[=ERRNO],…" for stubs (ERRNO a name such as
 * EPERM, or a number from 1 to 4095; policy_errno_of() where left out), "NAME[=VALUE],…" for fakes
 * (VALUE a number of 0 or more, not for files; policy_success_of() where left out). Names as of
 * feature_parse(). Empty words are skipped; a feature
 * named twice has its last rule. Returns 0, or -EINVAL with a message that names the word; the
 * words before it are in force then.
 */
int policy_parse_stubs(struct policy *policy, const char *list, struct error *error);
int policy_parse_fakes(struct policy *policy, const char *list, struct error *error);

/*
 * Reads an OS profile: one call name a line, `#` starts a comment; a sub-feature or file is an
 * error. Those calls are allowed, everything else is stubbed with ENOSYS, without silent
 * exceptions: a profile that lacks exit_group or rt_sigreturn denies these too, and the run shows
 * what comes of it. Returns 0, or -errno with a message that begins with the file, or with
 * "FILE:LINE: "; the lines before are allowed then, and the default is as it was.
 */
int policy_parse_only_allow(struct policy *policy, const char *path, struct error *error);

/*
 * The policy in the words that policy_parse_*() read and `loupe run` takes, in one canonical form:
 * "--stub brk=EPERM,access --fake dup2", in feature order, "" for the empty policy. Policies that
 * do the same give the same text: rules that change nothing, such as those of a sub-feature whose
 * whole call is withheld, are left out, and so are default errnos and success values. A default
 * other than allow is told first, as "--only-allow " and the allowed names, comma-separated; one
 * other than ENOSYS with " --default ERRNO" behind it, and one of files with " --default-of-files
 * ERRNO".
 * Owned by the caller; NULL when out of memory.
 */
char *policy_text(const struct policy *policy);

/*
 * "EPERM" for EPERM, NULL for an unknown number; and the inverse, which also knows the other names
 * of a number (EWOULDBLOCK), 0 for an unknown name.
 */
const char *errno_name(int errnum);
int errno_from_name(const char *name);
