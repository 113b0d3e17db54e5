/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What a result must say of the place it was obtained at, and of the program it is about. */

#include "search/analysis.h"
#include "search/executor.h"
#include "workload/workload.h"

/* Processors that this process may use. */
unsigned environment_cpus(void);

/*
 * The file that the workload's command starts, links resolved, and the SHA-256 of its content in
 * hexadecimal: both owned by the caller. Both NULL where it is not there yet (the workload makes
 * it). Returns 0 or -errno.
 */
int environment_executable(
        const struct workload *workload, char **ret_path, char **ret_digest, struct error *error);

/*
 * The same; but of one that the workload brings along (`files`), which has no path as that is in
 * the sandbox, the digest is told.
 */
int environment_program(
        const struct workload *workload, char **ret_path, char **ret_digest, struct error *error);

/*
 * Fills in kernel, processors, executable with its digest, and libc. One that the workload brings
 * along has no path, as that is in the sandbox; one that the workload makes leaves the last three
 * NULL. Returns 0 or -errno.
 */
int environment_describe(
        const struct workload *workload, struct analysis *analysis, struct error *error);

/*
 * Runs the workload's version command in a sandbox of its own and returns the first line of its
 * output, owned by the caller; `*ret` is NULL where there is no such command, or it failed. Returns
 * 0 or -errno.
 */
int environment_version(const struct workload *workload, char **ret, struct error *error);
