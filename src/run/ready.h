/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Is the application ready? Asked from inside its sandbox, as often as one likes.
 *
 * A socket is looked up in the kernel's own tables, not connected to: a connection would be one
 * more client for the application, and would show in what it uses.
 */

#include <regex.h>
#include <stdbool.h>

#include "base/error.h"
#include "workload/workload.h"

struct ready_check {
        const struct ready *ready;
        const char *output; /* path of the application's output, for READY_LOG */
        regex_t expression;
        bool compiled;
        off_t seen; /* size of the output when it was last searched */
};

/* `ready` and `output` must outlive the check. Returns 0 or -EINVAL (an expression that is none).
 */
int ready_check_init(struct ready_check *check, const struct ready *ready, const char *output,
        struct error *error);

/* True once the condition holds. READY_NONE always holds. */
bool ready_check_holds(struct ready_check *check);

void ready_check_clear(struct ready_check *check);
