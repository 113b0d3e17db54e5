/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The files that a workload wants to find. */

#include "run/launch.h"
#include "workload/workload.h"

/*
 * Makes the workload's files in the sandbox, missing parent folders too, owned by the application's
 * user. Returns 0 or -errno with the file's name.
 */
int prepare_files(
        const struct workload *workload, const struct identity *identity, struct error *error);
