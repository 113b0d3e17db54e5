/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Looks at all processes of the calling process's pid namespace, of which /proc must be, and of
 * which the caller must be the first process.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "base/vector.h"

/* What is needed of /proc/PID/stat (proc(5)). */
struct process {
        pid_t pid;
        pid_t parent;
        pid_t session;
        char state;
        bool executed;       /* has made an execve(2) since it was forked */
        unsigned long ticks; /* of the process and its waited-for children */
};

struct process_list {
        struct process *items;
        size_t count;
        size_t capacity;
};

/* One process, a zombie perhaps. Returns 0 or -errno. */
int process_read(pid_t pid, struct process *ret);

/* Fills the list, a vector, anew with all processes. Returns 0 or -errno. */
int processes_list(struct process_list *list);

/*
 * True where some child of the first process lives, its own or one that it inherited, other than
 * `excepted` (0: none). Zombies do not live.
 */
bool processes_child_lives(pid_t excepted);

/*
 * Processor seconds, user and system, of all processes that live, and of those that have ended and
 * were waited for; to the kernel's tick of 0.01 s for each. 0 where it cannot be told.
 */
double processes_usage(void);
