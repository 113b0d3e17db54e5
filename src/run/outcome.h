/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* How one run ended. */

#include <stdbool.h>

enum outcome_kind {
        OUTCOME_PASSED,
        OUTCOME_TEST_FAILED, /* the test script said no; code: its exit status, or 128 + signal */
        OUTCOME_CRASHED,     /* the application was killed by a signal; code: the signal */
        OUTCOME_EXITED, /* it ended too early or with another status than it should; code: status */
        OUTCOME_HUNG,   /* the time limit passed during the test or before the end */
        OUTCOME_NOT_READY,   /* the time limit passed before the application was ready */
        OUTCOME_ASKED_AGAIN, /* the script answered 200 until the time limit */
        OUTCOME_NO_NUMBER,   /* the script works, but its answer to `benchmark` is not one number */
        OUTCOME_KIND_COUNT,
};

struct outcome {
        enum outcome_kind kind;
        int code;
};

#define OUTCOME_TEXT_MAX 64

/* "passed", "crashed SIGSEGV", "exited 1", "test failed (exit 3)", …; writes to and returns
 * `buffer`. */
const char *outcome_text(struct outcome outcome, char buffer[OUTCOME_TEXT_MAX]);

/* The inverse of outcome_text(). Returns 0 or -EINVAL. */
int outcome_parse(const char *text, struct outcome *ret);
