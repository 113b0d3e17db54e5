/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The options and operands by which `analyze`, `trace` and `run` are told what to run. */

#include <stdint.h>

#include "cli/option.h"
#include "policy/scope.h"
#include "workload/workload.h"

/* What was not given has the value WORKLOAD_ARGUMENTS_DEFAULTS sets. */
struct workload_arguments {
        const char *script;
        enum workload_mode mode;
        const char *ready;
        double timeout; /* seconds */
        unsigned exit_status;
        const char *user;
        const char *directory;
        struct option_list environment; /* "NAME=VALUE" */
        struct option_list consider;
        uint64_t memory; /* bytes */
        uint64_t disk;   /* bytes */
        unsigned processes;
};

#define WORKLOAD_ARGUMENTS_DEFAULTS                             \
        {                                                       \
                .mode = WORKLOAD_MODE_COUNT, .exit_status = 256 \
        }

/* The rows for struct workload_arguments, for a verb's option_group. */
extern const struct option workload_options[];

/*
 * The workload that the operands name: either one WORKLOAD.yaml, or the command after `--`. Options
 * that were given win over what the file says. The workload is completed (workload_complete()).
 * Returns 0 or -errno (-EINVAL for wrong usage).
 */
int workload_from_arguments(const struct workload_arguments *arguments,
        const struct operands *operands, struct workload **ret, struct error *error);

/* What the workload considers, owned by the caller; `*ret` is NULL where everything counts. */
int workload_scope(const struct workload *workload, struct scope **ret, struct error *error);

/*
 * The words by which the same workload is named again, from anywhere: options first, paths
 * absolute, then the file or `--` and the command. `workload` is what workload_from_arguments()
 * made of them. Owned by the caller; NULL when out of memory.
 */
char **workload_to_words(
        const struct workload_arguments *arguments, const struct workload *workload);
