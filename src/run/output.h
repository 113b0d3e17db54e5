/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The files that take what the application and the test script print, inside the sandbox. */

#include <stddef.h>

#include "base/error.h"
#include "sandbox/sandbox.h"

#define OUTPUT_APPLICATION_PATH SANDBOX_SCRATCH "/output"
#define OUTPUT_SCRIPT_PATH      SANDBOX_SCRATCH "/script"
#define OUTPUT_ANSWER_PATH      SANDBOX_SCRATCH "/answer" /* to `benchmark` */

/* Bytes of an answer that are read: a number, or enough to see what was printed instead. */
#define OUTPUT_ANSWER_MAX 4096

/* Seconds between looks at files that grow, and the bytes kept at their beginning and at their end.
 */
#define OUTPUT_TRIM_INTERVAL 0.05
#define OUTPUT_KEEP          ((off_t)1 << 20)

/* Makes the file, writable by everyone, for appending. Returns a descriptor or -errno. */
int output_create(const char *path, struct error *error);

/*
 * Gives the middle of a long file back to the file system, so that a program may print without end:
 * what lies between the first and the last OUTPUT_KEEP bytes becomes a hole (reads as zeros). -1 is
 * ignored.
 */
void output_trim(int fd);

/* Copies the last `limit` bytes, at most, to `buffer` of limit + 1 bytes, with a NUL. -1: "". */
void output_tail(int fd, char *buffer, size_t limit);

/*
 * Reads all of an answer, at most OUTPUT_ANSWER_MAX bytes, to `buffer`, which is one byte larger,
 * and appends it to the script's other output, so that it is shown with it.
 */
void output_take_answer(int answer, int script_output, char *buffer);
