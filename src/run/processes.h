/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Looks at all processes of the calling process's pid namespace, of which /proc must be, and of
 * which the caller must be the first process.
 */

#include <stdbool.h>
#include <sys/types.h>

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
