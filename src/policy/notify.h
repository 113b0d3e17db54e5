/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The supervisor's side of faked calls whose success value is not 0 (see filter.h). */

#include "base/error.h"
#include "policy/policy.h"

/*
 * Answers one notification that is pending on `listener` (poll(2) says POLLIN). Reads the caller's
 * memory where the success value depends on it, which needs ptrace access to the caller; where it
 * cannot be read the call fails with EFAULT. Descriptors that are handed out are open on /dev/null.
 * May block where nothing is pending: POLLHUP without POLLIN means that nobody is under the filter
 * any more. A caller that died meanwhile is no error. Returns 0, or -errno if the listener is of no
 * use.
 */
int notify_answer(int listener, const struct policy *policy);
