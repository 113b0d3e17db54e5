/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What a plan is to weigh, from text: how much applications count, what features cost, which
 * application comes first among equals. CSV each; rows that begin with # are comments, and a first
 * row with the titles of the columns may be there. A name that is given twice, or that nothing
 * has, is refused. All return 0, -EINVAL with file and line, or -ENOMEM.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "dataset/dataset.h"

/*
 * Names of applications that a file may hold: those of the collection, with data or without, and
 * `others` (ended by NULL; may be NULL), which are known but not asked for, and mean nothing here.
 */
struct known_applications {
        const struct collection *collection; /* sorted, one dataset an application */
        char *const *others;
};

/*
 * Rows of "application,weight": 0 to 1000000, with up to three digits behind the point. Weights in
 * thousandths, by the place of the dataset, 1000 for those the file does not name; owned by the
 * caller.
 */
int weights_parse(const char *path, const char *text, size_t size,
        const struct known_applications *known, uint64_t **ret, struct error *error);

/*
 * Rows of "call,cost", or any other feature: 0.001 to 1000000. Costs in thousandths, by the number
 * of the feature, up to the catalogue's limit; 1000 for those the file does not name. Features that
 * are not in the catalogue play no part. Owned by the caller.
 */
int costs_parse(const char *path, const char *text, size_t size, const struct catalogue *catalogue,
        uint64_t **ret, struct error *error);

/* Rows of "application". Names in the order of the file, without `others`, ended by NULL; owned by
 * the caller. */
int order_parse(const char *path, const char *text, size_t size,
        const struct known_applications *known, char ***ret, struct error *error);
