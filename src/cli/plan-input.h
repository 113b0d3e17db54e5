/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The files that tell `loupe plan` what to weigh, and options for plan_problem_new() from them. */

#include "cli/option.h"
#include "metrics/popularity.h"
#include "plan/input.h"
#include "plan/plan.h"

struct plan_input_arguments {
        const char *weights; /* a file, or "popcon" */
        const char *costs;   /* a file */
        const char *order;   /* a file */
};

/* Rows for struct plan_input_arguments, for a verb's option_group. */
extern const struct option plan_input_options[];

/* What the files say. */
struct plan_input {
        uint64_t *weights; /* these as in struct plan_options */
        uint64_t *costs;
        char **order;
};

/*
 * Reads the files that are named. `popularity` is NULL where nothing tells it. Tells on standard
 * error how many applications the popularity contest does not know. Returns 0 or -errno.
 */
int plan_input_read(const struct plan_input_arguments *arguments,
        const struct popularity *popularity, const struct known_applications *known,
        struct plan_input *ret, struct error *error);

void plan_input_clear(struct plan_input *input);
#define CLEANUP_PLAN_INPUT CLEANUP(plan_input_clear)
