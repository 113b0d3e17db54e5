/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What the writer (feature.c) and the reader (feature-parse.c) of names agree on. */

/* How the name of a call that the table does not know starts; its number follows. */
#define NUMBERED_PREFIX "syscall_"

/* How the name of a pseudo-file starts; its path follows. */
#define FILE_PREFIX "file:"
