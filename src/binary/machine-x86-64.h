/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The description of x86-64 for binary/machine.c. */

#include "binary/machine.h"

extern const struct machine machine_x86_64;
