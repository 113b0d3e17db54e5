/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Options that tell how many machines have an application. */

#include "cli/option.h"
#include "metrics/popularity.h"

struct popularity_arguments {
        const char *popcon;          /* file, or NULL: nothing is known */
        const char *names;           /* file, or NULL */
        struct option_list packages; /* files */
};

/* Rows for a group with the title "Popularity", whose struct is struct popularity_arguments; with
 * --packages, and without. */
extern const struct option popularity_options[];
extern const struct option installs_options[];

/*
 * Reads the files that are named; `*ret` stays NULL where --popcon is not given, and is owned by
 * the caller. Returns 0, -EINVAL for options that mean nothing without it and for what the files
 * are not, or -errno.
 */
int popularity_from_arguments(
        const struct popularity_arguments *arguments, struct popularity **ret, struct error *error);
