/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* How a faked call reports success (arch/syscalls.h). */

#include "policy/call.h"

/* Answers the call with its success. Returns as call_answer(). */
int success_answer(struct call *call, struct success success);
