/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* One way to observe: the private side of observer.h. A backend is a row of the table in
 * observer.c. */

#include "observe/observer.h"

/*
 * The functions are those of observer.h, of the same contract; `state` is what open() made and
 * close() releases. Every backend has all of them but attach and judged, which are NULL where
 * nothing happens in the sandbox.
 */
struct observer_backend {
        enum observer_kind kind;
        const char *name;
        bool traces;
        int (*open)(const struct observer_options *options, void **ret_state, struct error *error);
        void (*close)(void *state);
        int (*begin)(void *state, uint64_t cookie, struct error *error);
        int (*attach)(void *state, pid_t launcher, struct error *error);
        int (*judged)(void *state, pid_t process, bool considered);
        int (*end)(void *state, struct observation *observation, struct error *error);
};

extern const struct observer_backend observer_bpf;
extern const struct observer_backend observer_ptrace;

/*
 * The errno that a call's result stands for, given as the kernel has it when the call returns. From
 * 512 to 516 those are notes of the kernel to itself, for a call that a signal broke off
 * (linux/errno.h): the program gets EINTR, or the call is made again. Which of these is not decided
 * yet: all are EINTR here.
 */
int observer_errnum(int kernel_errnum);

/* The error of an observation in which `count` calls had a number that is too high to be counted.
 */
int observer_lost_numbers(uint64_t count, struct error *error);
