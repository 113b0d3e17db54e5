/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Writes the results of `loupe static`: of one file whole, of many as they come. */

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/result-arguments.h"
#include "cli/static-run.h"

struct static_output_options {
        const struct result_arguments *result;
        const struct feature *why; /* features to which the ways are told */
        size_t why_count;
        bool objects; /* list them */
        bool many;    /* a table, and a document with many results */
};

struct static_output;

/* Opens what is asked for, which is all that `options` must outlive. Returns 0 or -errno. */
int static_output_new(const struct static_output_options *options, struct static_output **ret,
        struct error *error);

/* One more; without a result it is a refusal. Returns 0 or -errno. */
int static_output_add(
        struct static_output *output, const struct static_outcome *outcome, struct error *error);

/* The end of many; of one nothing is left to be done. Returns 0 or -errno. */
int static_output_finish(
        struct static_output *output, const struct static_targets *targets, struct error *error);

/* Accepts NULL, returns NULL. */
struct static_output *static_output_free(struct static_output *output);
DEFINE_CLEANUP(struct static_output *, static_output_free)
#define CLEANUP_STATIC_OUTPUT CLEANUP(static_output_freep)
