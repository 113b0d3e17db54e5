/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Whole-buffer reads and writes. Every descriptor opened here is close-on-exec. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Writes all `size` bytes, through short writes and EINTR. Returns 0 or -errno. */
int write_all(int fd, const void *data, size_t size);

/* Reads up to `size` bytes until end of file, through EINTR. Returns the count or -errno. */
ssize_t read_all(int fd, void *data, size_t size);

/*
 * Reads the file, at most `limit` bytes of it, into memory with a NUL behind the last byte.
 * `ret_size` may be NULL. The caller frees `*ret_data`. Returns 0, -EFBIG past the limit, or
 * -errno.
 */
int read_file(const char *path, size_t limit, char **ret_data, size_t *ret_size);

/* Writes a string to a file that exists already, as to /proc and /sys. Returns 0 or -errno. */
int write_file(const char *path, const char *text);
