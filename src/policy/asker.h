/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Who makes the calls that are withheld: the process, and the object file whose code it was. */

#include "base/cleanup.h"
#include "policy/call.h"
#include "policy/refusals.h"

struct askers;

/* `proc` is a descriptor of a /proc that has the supervisor and the callers; it stays the caller's.
 * NULL when out of memory. */
struct askers *askers_new(int proc);
struct askers *askers_free(struct askers *askers);
DEFINE_CLEANUP(struct askers *, askers_free)
#define CLEANUP_ASKERS CLEANUP(askers_freep)

/*
 * Notes a call that waits for its answer. `refused` tells all but the process. Returns false where
 * the call is not valid any more (call.h), and so was not noted.
 */
bool askers_note(struct askers *askers, const struct call *call, const struct refused *refused,
        struct refusal_record *record);
