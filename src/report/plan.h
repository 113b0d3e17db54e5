/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Support plans as people and programs read them: what `loupe plan` tells. */

#include <stdio.h>

#include "plan/plan.h"
#include "report/feature-words.h"
#include "report/report.h"

struct plan_report {
        const struct plan_problem *problem;
        const struct plan *plan;
        const char *os;                  /* the profile's name; NULL: there is none */
        bool equivalents;                /* one call was let to stand for another */
        bool partial_is_missing;         /* what the profile has in part counted as missing */
        const char *const *without_data; /* applications that were asked for; ended by NULL */
        bool proven;                     /* the plan is what was proven of another */
        const uint32_t *unproven;        /* the applications that are not in it, by place */
        size_t unproven_count;
        enum feature_spelling spelling;
        struct text_options text; /* for report_plan_text() */
};

/*
 * A step after the other: how many applications work and how many calls are implemented by then,
 * and what is to be done; a summary with the distance from the bound. Returns 0 or -errno.
 */
int report_plan_text(const struct plan_report *report, FILE *stream);

/* The same as a table of GitHub's Markdown. Returns 0 or -errno. */
int report_plan_markdown(const struct plan_report *report, FILE *stream);

/*
 * Rows of step, what is to be done (implement, stub, fake), or that an application works (works),
 * and the name. Step 0 is the start; applications without data have no step. Returns 0 or -errno.
 */
int report_plan_csv(const struct plan_report *report, FILE *stream);

/* The document of schema loupe/plan/1 (data/plan.schema.json). Returns 0 or -errno. */
int report_plan_json(const struct plan_report *report, FILE *stream);

/* Long enough for every number that report_millionths() writes, its NUL included. */
#define MILLIONTHS_MAX 48

/* A number in millionths as a decimal number: "1234.5". Writes into `buffer` and returns it. */
const char *report_millionths(unsigned __int128 millionths, char buffer[MILLIONTHS_MAX]);

/*
 * By how much more than the bound the plan spends, as a share of the bound: 0 for one that is
 * proven to be the best; below 0 where nothing is known, as the bound is 0.
 */
double report_plan_distance(const struct plan *plan);

/* Sentences that text and Markdown end with; no names of applications in them. */
void report_plan_summary(const struct plan_report *report, FILE *stream);
