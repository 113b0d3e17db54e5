/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/program-status.h"

#include <errno.h>

int program_status(const struct workload *workload, struct outcome outcome)
{
        switch (outcome.kind) {
        case OUTCOME_PASSED:
                return workload->exit_status;
        case OUTCOME_TEST_FAILED:
        case OUTCOME_EXITED:
                return outcome.code;
        case OUTCOME_NO_NUMBER:
                return 1;
        case OUTCOME_CRASHED:
                return 128 + outcome.code;
        case OUTCOME_HUNG:
        case OUTCOME_NOT_READY:
        case OUTCOME_ASKED_AGAIN:
        case OUTCOME_KIND_COUNT:
                break;
        }
        return PROGRAM_STATUS_TIMEOUT;
}

int program_status_of_failure(int result)
{
        switch (result) {
        case -ENOENT:
                return PROGRAM_STATUS_NOT_FOUND;
        case -EACCES:
        case -ENOEXEC:
                return PROGRAM_STATUS_NOT_EXECUTABLE;
        default:
                return PROGRAM_STATUS_FAILURE;
        }
}
