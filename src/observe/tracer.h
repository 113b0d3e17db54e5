/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The tracing process of the ptrace observer. It follows the launcher and all that comes from it,
 * and notes in the ledger each call for which the application's filter says SECCOMP_RET_TRACE: such
 * a call stops once, on its way in, and nothing else does.
 */

#include <sys/types.h>

#include "base/error.h"
#include "observe/ledger.h"
#include "observe/observer.h"

/*
 * Takes hold of `launcher`, to be called by the tracing process before tracer_follow(): until it
 * has returned, the launcher must not go on. As to its being dumpable see observer_attach().
 * Returns 0 or -errno.
 */
int tracer_seize(pid_t launcher);

/*
 * Follows until nothing is left to be followed. `proc` is an open descriptor of the folder /proc;
 * -1 will do where neither objects nor phases are asked for, nor there is a scope. The options must
 * live until then.
 */
void tracer_follow(struct ledger *ledger, const struct observer_options *options, int proc);
