/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Which paths are pseudo-files, and under what name those that differ from process to process are
 * one feature. */

#include <stdbool.h>

#include "feature/feature.h"

/* True for an absolute path that is /proc, /sys or /dev, or below one of them, when read as
 * pseudo_file_fold() does. False for one of PATH_MAX bytes or more: the kernel takes none. */
bool pseudo_file_is(const char *path);

/*
 * Folds an absolute path to the name of its feature: repeated slashes, "." and a slash at the end
 * go, ".." takes away what is before it; a process' number and "thread-self" become "self"
 * (/proc/17/maps: /proc/self/maps); what numbers a thread, descriptor, mapping or terminal, and
 * names under /dev/shm and /dev/mqueue, become "*" (/proc/self/fd/3: "/proc/self/fd/" and a star).
 * A path too long is cut, and ends in a mark made of its digest, so that it stays one of its own.
 * Goes by the text alone, without asking what is a symbolic link. Folding twice changes nothing.
 * Writes into `ret` and returns true; false, `ret` untouched, where it is not a pseudo-file's path.
 */
bool pseudo_file_fold(const char *path, char ret[FEATURE_PATH_MAX]);

/* The feature of a pseudo-file's path. Returns false where the path is none. */
bool pseudo_file_feature(const char *path, struct feature *ret);
