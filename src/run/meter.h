/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Measures what the application takes, from the first process of its pid namespace.
 *
 * What the kernel adds up by itself is read once, of each process that has ended, just before it is
 * reaped: processor time and context switches (wait4(2)), bytes and operations of reads and writes
 * (/proc/PID/io). Both hold what the process' own waited-for children took.
 *
 * Memory and descriptors are gone when a process is a zombie, so they are looked at while it lives:
 * at the outcome, and, where samples are asked for, every few milliseconds. Processes that live at
 * the same time count together.
 *
 * A process is the application's unless it is in the session of a test script, or descends from one
 * that is.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "run/usage.h"

struct meter;

/* NULL when out of memory. */
struct meter *meter_new(bool sample);
struct meter *meter_free(struct meter *meter);

/* What the launcher itself has taken so far, of the calling process, to be told to meter_finish().
 */
void meter_read_launch(struct usage *ret);

/* The process that becomes the application. It must be dumpable still. */
void meter_application(struct meter *meter, pid_t pid);

/* The leader of a session in which a test script runs. */
void meter_script(struct meter *meter, pid_t leader);

/* Seconds on the monotonic clock when meter_sample() is to be called next; INFINITY: never. */
double meter_due(const struct meter *meter);

/* Looks at all processes if that is due, or where `now` is INFINITY: at the outcome. */
void meter_sample(struct meter *meter, double now);

/* Waits for a child that has ended, and counts it where it is the application's. */
void meter_reap(struct meter *meter, pid_t pid, int *ret_status);

/* All of it, less what the launcher took. */
struct usage meter_finish(const struct meter *meter, const struct usage *launch);
