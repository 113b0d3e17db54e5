/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <errno.h>
#include <stdio.h>

/*
 * What a report returns: 0, or -errno of a write that failed (the streams' functions leave errno
 * alone where they succeed). To be called right after the last write.
 */
static inline int stream_result(FILE *stream)
{
        return ferror(stream) ? -(errno ? errno : EIO) : 0;
}
