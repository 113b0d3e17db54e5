/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Answers to calls that name a file which is to be present and empty, readable and writable: a
 * descriptor of a fresh one, its attributes, or what the table of paths says (data/paths.csv).
 * Every descriptor handed out has an empty file of its own, as with a pseudo-file whose contents
 * are made up when it is read. Where the true file is a folder, it is an empty folder.
 *
 * A descriptor asked for with O_PATH can be read from: the kernel passes on no others.
 * Attributes in the layouts of 32-bit kernels are told by stat64 and its like and by statx; the
 * older calls of these ABIs, and statfs there, fail with ENOENT.
 */

#include <stdbool.h>

#include "policy/call.h"
#include "policy/path-call.h"

/*
 * Answers the call. `path` is its argument that named the file; `proc` a descriptor of the
 * supervisor's own /proc. Returns as call_answer().
 */
int fake_file_answer(struct call *call, const struct path_call *path, bool is_folder, int proc);

/* The flags of open(2) that a call of PATH_LINK_OPEN or PATH_LINK_HOW was given. Returns 0 or
 * -EFAULT. */
int path_open_flags(struct call *call, const struct path_call *path, uint64_t *ret);
