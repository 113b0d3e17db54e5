/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What is known of a thread of the caller's pid namespace. `proc` is a descriptor of a /proc of
 * that namespace.
 */

#include <sys/types.h>

/* Reads a file of /proc/THREAD, up to `size` - 1 bytes, as a string. Returns its length or -errno.
 */
ssize_t thread_read(int proc, pid_t thread, const char *name, void *data, size_t size);

/* The number in a line of /proc/THREAD/status: "Tgid:", "PPid:". Returns it or -errno. */
pid_t thread_status(int proc, pid_t thread, const char *word);

/* The process that a thread belongs to, or -errno. */
pid_t thread_process(int proc, pid_t thread);
