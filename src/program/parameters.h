/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The values that parameters may have: all reachable callers are asked, and theirs where they only
 * hand on what they got.
 *
 * Questions and who passes them on form a graph; the answer to one is all that stands anywhere
 * behind it. So recursion needs no care, and answers are shared.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/vector.h"
#include "program/callers.h"
#include "program/reach-state.h"

/* A value that a parameter may have. */
struct parameter_value {
        bool is_string;
        uint32_t object; /* of the string */
        int64_t number;  /* or the place of the string in that summary's text */
        uint32_t link;   /* in state->links: the calls on the way; UINT32_MAX: none */
};

struct parameter_answer {
        VECTOR(struct parameter_value) values; /* may be there several times */
        VECTOR(struct origin) unknown;         /* where the trace is lost; empty: nowhere */
};

void parameter_answer_clear(struct parameter_answer *answer);
#define CLEANUP_ANSWER CLEANUP(parameter_answer_clear)

/* Valid as long as nothing becomes reached: then it is to be made anew. */
struct parameters;

struct parameters *parameters_new(struct reach_state *state); /* NULL when out of memory */
struct parameters *parameters_free(struct parameters *parameters);
DEFINE_CLEANUP(struct parameters *, parameters_free)
#define CLEANUP_PARAMETERS CLEANUP(parameters_freep)

/* What value `value` of the summary of `at.object` is in function `at.function`; `at` is where it
 * is used, `link` what leads on from there (UINT32_MAX: nothing). Adds to the answer. Returns 0 or
 * -ENOMEM. */
int parameters_ask(struct parameters *parameters, struct origin at, uint32_t value, uint32_t link,
        struct parameter_answer *ret);
