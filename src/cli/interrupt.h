/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "base/error.h"

/* Exit status of what the user ended. */
#define INTERRUPT_STATUS 130

/*
 * A descriptor that becomes readable when the user wants to stop (SIGINT, SIGTERM, SIGHUP, which
 * are blocked from now on). Owned by the caller; -errno on failure.
 */
int interrupt_descriptor(struct error *error);
