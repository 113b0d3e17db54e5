/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The profile of an operating system as a table, JSON and CSV. */

#include <stdio.h>

#include "profile/profile.h"

/* How a list names calls; other features have their names in either. */
enum profile_listing {
        PROFILE_TABLE,
        PROFILE_NAMES,   /* one a line: what loupe os import reads as a list */
        PROFILE_NUMBERS, /* one a line */
};

struct profile_view {
        unsigned statuses; /* bits 1 << SUPPORT_…: which features are shown */
        enum profile_listing listing;
        bool color; /* ANSI colours */
};

#define PROFILE_ALL_STATUSES ((1u << SUPPORT_COUNT) - 1)

/* Each returns 0, or -errno where what was written did not all arrive. */
int report_profile_text(
        const struct profile *profile, const struct profile_view *view, FILE *stream);

/* With the columns that loupe os import reads: number, name, status, file, line, note. */
int report_profile_csv(
        const struct profile *profile, const struct profile_view *view, FILE *stream);

/* The document of schema loupe/profile/1 (data/profile.schema.json). */
int report_profile_json(
        const struct profile *profile, const struct profile_view *view, FILE *stream);
