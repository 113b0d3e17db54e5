/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "cli/database-arguments.h"
#include "store/reference.h"
#include "workload/workload.h"

/*
 * The earlier result that `text` names, for a workload that is to be held against it: a folder that
 * `loupe analyze -o` wrote, its JSON, or what the database has of an application
 * (selection_parse()). Of several results there the last that was measured under the same workload
 * counts; where there is none, the last under a workload of the same kind. `ret` is to be cleared
 * by the caller. Returns 0 or -errno.
 */
int reference_from_argument(const char *text, const struct database_arguments *database,
        const struct workload *workload, struct reference *ret, struct error *error);
