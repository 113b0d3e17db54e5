/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Small numbers for features, so that sets of them are cheap: calls of the native ABI have their
 * own number, other features get numbers from CATALOGUE_CALLS on as they come.
 */

#include "base/cleanup.h"
#include "feature/feature.h"

/* Above every number that Linux gives a call; a call with a number from here on is numbered as
 * other features are. */
#define CATALOGUE_CALLS 1024

struct catalogue;

/* An empty one; NULL when out of memory. */
struct catalogue *catalogue_new(void);

struct catalogue *catalogue_free(struct catalogue *catalogue);
DEFINE_CLEANUP(struct catalogue *, catalogue_free)
#define CLEANUP_CATALOGUE CLEANUP(catalogue_freep)

/* The number of the feature, which is added where it is new. 0 or more, or -ENOMEM. */
int catalogue_add(struct catalogue *catalogue, const struct feature *feature);

/* The number of the feature, or -ENOENT. Native calls below CATALOGUE_CALLS always have one. */
int catalogue_find(const struct catalogue *catalogue, const struct feature *feature);

/* The feature of a number that catalogue_add() or catalogue_find() returned. */
struct feature catalogue_feature(const struct catalogue *catalogue, unsigned number);

/* True where the number is that of a native call, which is the number itself. */
static inline bool catalogue_is_call(unsigned number)
{
        return number < CATALOGUE_CALLS;
}

/* One past the highest number in the catalogue, at least CATALOGUE_CALLS: the size of arrays that
 * are indexed by number. */
unsigned catalogue_limit(const struct catalogue *catalogue);

/* feature_compare() of the features of two numbers: the order in which people are shown them. */
int catalogue_compare(const struct catalogue *catalogue, unsigned a, unsigned b);
