/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The message that travels with a failure.
 *
 * A fallible function returns 0 or a negative errno; a positive return is a
 * documented condition, not an error. The message for a human is written where
 * the failure is understood and gains context on the way up. Libraries neither
 * print nor exit: the command line prints the message once.
 */

#include <stddef.h>

#define ERROR_MESSAGE_SIZE 2048

/*
 * Lives on the caller's stack (or, for a child process, in shared memory); owns nothing.
 * Start it with `struct error error = {};`.
 */
struct error {
        char message[ERROR_MESSAGE_SIZE]; /* one line, no newline at its end, cut off when too long
                                           */
};

/*
 * Replaces the message. `errnum` is a positive errno that becomes the return value (negated); it
 * is not part of the message. `error` may be NULL. Returns -errnum, for `return error_set(…)`.
 */
int error_set(struct error *error, int errnum, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* As error_set(), with ": " and strerror(errnum) at the end of the message. */
int error_errno(struct error *error, int errnum, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/*
 * Puts "context: " before the message that is there, and returns `result` unchanged, for
 * `return error_prefix(error, r, "reading %s", path)`.
 */
int error_prefix(struct error *error, int result, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
