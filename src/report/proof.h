/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What became of applications on a system, as people and programs read it: `loupe prove --os`. */

#include <stdio.h>

#include "proof/proof.h"
#include "report/report.h"

struct proof_report {
        const struct os_proof *proof;
        const char *os;           /* how the profile was named, for commands */
        struct text_options text; /* for report_proof_text() */
};

/*
 * A table of the applications: what was foretold, what was seen, and what they lack; then each
 * disagreement with what it is about and the command that repeats the run; then the count. Returns
 * 0 or -errno.
 */
int report_proof_text(const struct proof_report *report, FILE *stream);

/* The document of schema loupe/proof/1 (data/proof.schema.json). Returns 0 or -errno. */
int report_proof_json(const struct proof_report *report, FILE *stream);

/* A row for each application. Returns 0 or -errno. */
int report_proof_csv(const struct proof_report *report, FILE *stream);

/* How many applications there are of each sort; the three add up to all. */
struct proof_summary {
        size_t agree;
        size_t disagree;
        size_t open; /* nothing was foretold, or it does not work unmodified */
};

struct proof_summary report_proof_summary(const struct os_proof *proof);
