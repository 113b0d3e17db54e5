/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What the generated table (data/syscalls.csv) offers to syscalls.c beside its rows: per ABI the
 * way from a number to a row. For nobody else.
 */

#include "arch/syscalls.h"

struct syscall_index {
        const uint16_t
                *rows; /* by number: 1 + the row's place in syscall_table, or 0 for no call */
        int limit;     /* elements in `rows`: one past the highest number of the ABI */
};

extern const struct syscall_index syscall_indices[ABI_COUNT];
