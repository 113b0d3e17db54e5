/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Whether everything in a summary leads to something, and is in its order. */

#include "binary/summary.h"

/*
 * Returns 0, -EBADMSG where something is wrong (the message says which element of what), or
 * -ENOMEM. Takes time in proportion to the summary, whatever is in it.
 */
int summary_check(const struct summary *summary, struct error *error);
