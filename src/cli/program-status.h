/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The exit status of `run` and `trace`: the program's own, as env(1), timeout(1) and strace(1) have
 * it. */

#include "run/run.h"

#define PROGRAM_STATUS_TIMEOUT        124
#define PROGRAM_STATUS_FAILURE        125
#define PROGRAM_STATUS_NOT_EXECUTABLE 126
#define PROGRAM_STATUS_NOT_FOUND      127

#define PROGRAM_STATUS_DESCRIPTION                                                               \
        "The exit status is the program's, or 128 and the number of the signal that killed it; " \
        "with a test script, the script's where it says no. It is 124 when the time was over, "  \
        "125 when loupe itself failed, 126 when the program is not executable, 127 when it was " \
        "not found."

/* The status for a run that was carried out. */
int program_status(const struct workload *workload, struct outcome outcome);

/* The status for one that was not: `result` is the negative errno of run_start() or run_finish().
 */
int program_status_of_failure(int result);
