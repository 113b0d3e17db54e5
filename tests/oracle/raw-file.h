/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* For programs without a C library: whole files by name. */

#include <linux/fcntl.h>

#include "raw.h"

/* Opens, reads once, closes. Returns how many bytes came, or a negative errno. */
static inline long file_read_at(long folder, const char *path, char *buffer, long size)
{
        long count, fd;

        fd = call4(__NR_openat, folder, path, O_RDONLY, 0);
        if (fd < 0)
                return fd;
        count = call3(__NR_read, fd, buffer, size);
        call1(__NR_close, fd);
        return count;
}

static inline long file_read(const char *path, char *buffer, long size)
{
        return file_read_at(AT_FDCWD, path, buffer, size);
}

/* Opens, writes once, closes. Returns how many bytes went, or a negative errno. */
static inline long file_write(const char *path, const char *text, long size)
{
        long count, fd;

        fd = call4(__NR_openat, AT_FDCWD, path, O_WRONLY, 0);
        if (fd < 0)
                return fd;
        count = call3(__NR_write, fd, text, size);
        call1(__NR_close, fd);
        return count;
}
