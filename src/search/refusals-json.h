/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What an application asked for in vain, as the journal keeps it:
 *
 *   {"items": [{"feature": NAME, "errno": NUMBER, "count": …, "first_s": …, "last_s": …,
 *               "object": PATH}, …],
 *    "lost": NUMBER,
 *    "last": MOMENT, "ended": MOMENT, "earlier": MOMENT}
 *
 * with "fake": NUMBER in place of "errno" for what was pretended (null where it was not one
 * number), "lost" only where it is not 0, and {"item": a place in the items, "when_s": …} for a
 * moment that is known.
 */

#include <jansson.h>

#include "policy/refusals.h"

/* Owned by the caller; NULL when out of memory. */
json_t *refusals_to_json(const struct refusals *refusals);

/* `ret` is empty, and to be cleared by the caller in any case. Returns 0, -EINVAL or -ENOMEM. */
int refusals_from_json(json_t *object, struct refusals *ret);
