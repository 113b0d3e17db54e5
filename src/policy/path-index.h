/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What the generated table (data/paths.csv) offers to path-call.c: per ABI the way from the number
 * of a call to its rows. For nobody else.
 */

#include "policy/path-call.h"

struct path_span {
        uint16_t first; /* place in path_table */
        uint16_t count; /* 0 for a call that names no file */
};

struct path_index {
        const struct path_span *spans; /* by number */
        int limit;                     /* elements in `spans` */
};

extern const struct path_call path_table[];
extern const struct path_index path_indices[ABI_COUNT];
