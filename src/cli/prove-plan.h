/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* `loupe prove --plan`, behind the options that it shares with --os. */

#include "cli/proving.h"

/* How often a plan is made anew unless the user says otherwise, and at most. */
#define PROVE_PLAN_REPAIRS     20
#define PROVE_PLAN_REPAIRS_MAX 1000

/*
 * Reads the plan, and asks for what it says: its file, its system (`os` instead of it where that is
 * not NULL), and the rules that it was made by. Returns 0 or -errno.
 */
int prove_plan_request(
        const char *plan, const char *os, struct proof_request *request, struct error *error);

/*
 * Whether the plan that is asked for can be carried out with the workloads that were found, one of
 * each application: before anything is begun. Returns 0 or -errno.
 */
int prove_plan_check(const struct proving *proving, struct error *error);

struct prove_plan_options {
        const struct database_arguments *database;
        const char *json; /* file or "-", or NULL */
        bool no_database, quiet, verbose;
};

/*
 * Carries the plan out, writes the result into the folder and where the options say, and keeps it
 * in the database. Returns whether the plan is proven (1 or 0) in `*ret_proven`, and 0,
 * EXECUTOR_INTERRUPTED or -errno.
 */
int prove_plan_carry_out(const struct proving *proving, const struct prove_plan_options *options,
        bool *ret_proven, struct error *error);
