/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The one form that every exporter works from: what several programs use together, and what is to
 * be done about each feature.
 */

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "export/input.h"

/* How programs become one. */
enum export_merge {
        EXPORT_UNION,        /* what any of them uses: all of them work with it */
        EXPORT_INTERSECTION, /* what each of them uses */
        EXPORT_MERGE_COUNT,
};

/* "union", "intersection" */
const char *export_merge_name(enum export_merge merge);

/* What of that is to be there. */
enum export_allow {
        EXPORT_USED,     /* all of it */
        EXPORT_REQUIRED, /* what cannot be stubbed or faked; the rest is stubbed or faked */
        EXPORT_ALLOW_COUNT,
};

/* "used", "required" */
const char *export_allow_name(enum export_allow allow);

enum treatment {
        TREATMENT_IMPLEMENT,
        TREATMENT_STUB, /* fails with ENOSYS */
        TREATMENT_FAKE, /* reports success: policy_success_of() */
};

/* "implement", "stub", "fake" */
const char *treatment_name(enum treatment treatment);

struct export_item {
        struct feature feature;
        enum verdict verdict; /* merged (verdict_merge()) */
        bool kept;            /* could be left out alone, but not in a set with nothing beside it */
        bool divided; /* of a call: its sub-features in the set are all that is used of it */
};

struct export_set {
        VECTOR(struct export_item) items; /* in feature order, none twice */
        char **names; /* of the programs, in the order in which they were named, none twice */
        size_t static_count; /* of the inputs, how many are static analyses */
        size_t incomplete;   /* of those, how many could make other calls as well */
        char **partial;      /* of the inputs: those of which only some features were looked at */
        size_t input_count;
};

/*
 * Merges. Of a minimal set of features that cannot all be left out one is kept: the one that
 * settles the most of such sets, of equals the first. Kept are exit_group and exit, too: a program
 * that is refused the one calls the other, which no run of the unmodified program has shown. `ret`
 * is to be cleared by the caller. Returns 0, -ENOENT with a message where nothing is left, or
 * -ENOMEM.
 */
int export_set_make(const struct export_inputs *inputs, enum export_merge merge,
        struct export_set *ret, struct error *error);

void export_set_clear(struct export_set *set);
#define CLEANUP_EXPORT_SET CLEANUP(export_set_clear)

/* The item of a feature, or NULL. */
const struct export_item *export_set_find(
        const struct export_set *set, const struct feature *feature);

/* What is to be done about the item. What works either way is stubbed: a program then knows. */
enum treatment export_treatment(const struct export_item *item, enum export_allow allow);
