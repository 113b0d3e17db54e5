/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Which objects make the calls: one more unmodified run, stopped at every call, as only ptrace can
 * tell where a call comes from.
 */

#include "observe/observation.h"
#include "policy/scope.h"
#include "workload/workload.h"

struct askers_options {
        const struct workload *workload;
        const struct scope *scope; /* which processes count; NULL: all */
        bool values;               /* of sub-features, too */
        bool count_launch;
};

/*
 * `ret`, which is empty and is to be cleared by the caller, gets the calls with their objects. What
 * becomes of the run does not matter: what it did until then shows. Returns 0 or -errno.
 */
int askers_observe(
        const struct askers_options *options, struct observation *ret, struct error *error);
