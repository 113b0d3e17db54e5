/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* A plan that was carried out, as people and programs read it: `loupe prove --plan`. */

#include <stdio.h>

#include "proof/steps.h"
#include "report/report.h"

struct plan_proof_report {
        const struct plan_proof *proof;
        struct text_options text; /* for report_plan_proof_text() */
};

/*
 * A table of the steps: how much of what was promised works, what the step adds, and what it
 * promises; then what failed and why, and what was learnt. Returns 0 or -errno.
 */
int report_plan_proof_text(const struct plan_proof_report *report, FILE *stream);

/* The document of schema loupe/plan-proof/1 (data/plan-proof.schema.json). Returns 0 or -errno. */
int report_plan_proof_json(const struct plan_proof_report *report, FILE *stream);
