/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Which processes run something that is considered (scope.h), at the moment they make a call.
 *
 * A process is judged when it is about to execute a program; whether that works is not known at
 * once. So the judgement is kept until a call comes from that process as another program. A program
 * at work is known by the 16 random bytes that the kernel gives to each (AT_RANDOM in
 * getauxval(3)): they are the same in whatever it forks, and others after every successful execve.
 *
 * Memory is bounded: what is forgotten, or was never seen, is judged by what the process runs now.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "policy/scope.h"

struct considered;

/* What is passed stays the caller's and must outlive the object. `proc` is a descriptor of a /proc.
 * NULL when out of memory. */
struct considered *considered_new(const struct scope *scope, int proc);
struct considered *considered_free(struct considered *considered);
DEFINE_CLEANUP(struct considered *, considered_free)
#define CLEANUP_CONSIDERED CLEANUP(considered_freep)

/*
 * The thread that considered_is() was asked about just before is about to execute `path` (as for
 * scope_judge_exec(), as are the rest). Returns the process that it belongs to, with the judgement
 * in `*ret_considered`; -ENOENT as scope_judge_exec() does; or -errno where it is gone.
 */
pid_t considered_exec(struct considered *considered, pid_t thread, const char *path,
        uint64_t arguments, bool short_pointers, bool *ret_considered);

/* The same of what is nowhere to be found, and so is judged by a name that is known of it. */
pid_t considered_exec_name(
        struct considered *considered, pid_t thread, const char *name, bool *ret_considered);

/* True where what the thread's process runs now is considered; false too where it is gone. */
bool considered_is(struct considered *considered, pid_t thread);
