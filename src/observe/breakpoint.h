/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A place at which the processor stops a traced thread, by its debug registers: they belong to one
 * thread, are not inherited, and are empty after an exec. The memory of the program stays as it is,
 * so who shares it, or is forked with it, is not concerned.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* Tries one on a child of the caller's. Returns 0, or -errno where the processor, the kernel or a
 * virtual machine's monitor does not offer any. */
int breakpoint_probe(struct error *error);

/* Each for a thread in a ptrace stop. Sets it, in place of another. Returns 0 or -errno. */
int breakpoint_set(pid_t thread, uint64_t address);

/* True for a thread that is about to get the signal of its breakpoint; before the instruction there
 * has run. */
bool breakpoint_hit(pid_t thread);

void breakpoint_clear(pid_t thread);
