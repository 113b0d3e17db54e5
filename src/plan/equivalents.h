/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Calls that can stand for others: an operating system that has openat can serve open with it.
 * Generated from data/equivalents.csv, where every pair stands and how it is to be understood.
 */

#include "plan/plan.h"

struct equivalent {
        const char *call;          /* what an application needs */
        const char *by;            /* what can stand for it */
        const char *const *values; /* NULL: always. Else where of the values that divide `call` none
                                      but these is used; ended by NULL */
        const char *how;           /* what to pass on */
};

/* By name; ended by a row without a call. */
extern const struct equivalent equivalent_table[];

/*
 * What must be implemented for somebody, and what stands for it, made part of the problem, and
 * noted among its substitutes:
 * - What is missing counts as implemented where the OS (`has`, by number of the call, below
 *   CATALOGUE_CALLS) has something that always stands for it.
 * - What neither it nor anything for it has is left to a call that always stands for it, that has
 *   to be implemented as well, and costs no more. Only where none of its sub-features is used:
 *   these would remain to be done.
 * - An application does without a call where the OS has one that stands for it with the values that
 *   the application uses, and these are known: `divided`, by place in the problem.
 * Returns 0 or -ENOMEM.
 */
int equivalents_apply(struct plan_problem *problem, const bool *has, const bool *divided);
