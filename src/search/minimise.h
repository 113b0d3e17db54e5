/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Delta debugging: from a set that fails to a subset that fails and of which nothing can be taken
 * away. (Zeller, Hildebrandt: "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28(2),
 * 2002: ddmin.)
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* A subset of {0, …, size - 1}: member[i] says whether i is in it. */

/*
 * Tells for each of `count` subsets whether it fails. May evaluate them at once; `ret_fails[i]` is
 * set for all of them. Returns 0, or non-zero to end the search with that value.
 */
typedef int (*minimise_function)(bool *const *subsets, size_t count, size_t size, bool *ret_fails,
        void *context, struct error *error);

/*
 * `members`, of `size` elements, is a set known to fail; it becomes a minimal one: taking any
 * single element out of it makes it work, as far as the function tells the same each time it is
 * asked. A set of one element is not questioned. Asks about O(size²) subsets at worst, O(log size)
 * where one element decides. Returns 0, what the function returned, or -ENOMEM; then `members`
 * holds the smallest failing set so far.
 */
int minimise(
        bool *members, size_t size, minimise_function fails, void *context, struct error *error);
