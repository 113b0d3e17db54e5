/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What plans are made of: results, with what proofs have taught, and a profile. */

#include "base/cleanup.h"
#include "cli/database-arguments.h"
#include "dataset/dataset.h"
#include "profile/profile.h"
#include "store/store.h"

struct planning {
        struct store *store;
        struct profile *profile;         /* NULL: the system offers nothing */
        struct collection *datasets;     /* as loaded, and taught */
        struct collection *applications; /* the same, one an application; ends before `datasets` */
        struct collection *all;          /* where files may name others: everything; or NULL */
        const char **without_data;       /* applications that were asked for; ended by NULL */
        size_t lessons;                  /* that proofs have taught beyond the verdicts */
        bool *divided;                   /* as in struct plan_options, of `applications`; or NULL */
};

struct planning_arguments {
        const struct database_arguments *database;
        const struct selection_arguments *selection;
        const char *applications; /* "redis,nginx", or all */
        const char *os;           /* a profile's name or path; "none" or NULL: nothing */
        bool equivalents;         /* then `divided` is found out */
};

/* Opens the database and loads. Notes go to standard error. Returns 0 or -errno; `ret` is to be
 * cleared by the caller in any case. */
int planning_load(
        const struct planning_arguments *arguments, struct planning *ret, struct error *error);
void planning_clear(struct planning *planning);
#define CLEANUP_PLANNING CLEANUP(planning_clear)
