/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Whether a part of a source is for the ABI that loupe works on: #if of C, cfg() of Rust. What
 * depends on how a system is configured is not known, and counts as there.
 */

#include <stdbool.h>
#include <stddef.h>

/* In this order: `and` is the minimum, `or` the maximum, `not` the mirror image. */
enum truth {
        TRUTH_NO,
        TRUTH_UNKNOWN,
        TRUTH_YES,
};

/* One #if with its #elif and #else. */
struct condition {
        enum truth active; /* the branch that is being read */
        enum truth passed; /* any branch so far */
};

/* Of what follows #if or #elif. */
enum truth condition_of_if(const char *text, size_t length);

/* Of what follows #ifdef. */
enum truth condition_of_ifdef(const char *text, size_t length);

/* Of an attribute of Rust, what is between #[ and ]: yes for one that is no cfg(). */
enum truth condition_of_attribute(const char *text, size_t length);

/* True where a folder of the path, relative to a source tree, is named after another
 * architecture. */
bool condition_other_architecture(const char *path);
