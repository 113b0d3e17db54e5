/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What a check knows of each thing that changed, beside the verdicts. */

#include "cli/analysis-request.h"
#include "report/drift.h"
#include "search/journal.h"

struct drift_witness {
        struct observation asked;        /* calls with the objects that make them */
        struct drift_evidence *evidence; /* one for each item of the drift */
        size_t count;
};

void drift_witness_clear(struct drift_witness *witness);
#define CLEANUP_DRIFT_WITNESS CLEANUP(drift_witness_clear)

/*
 * Looks into the journal for how runs without a feature failed and in which unmodified runs it was
 * used; and where anything is new, makes one more run to see which objects ask for it. That this
 * failed is a note on standard error. All the rest must outlive `ret`, which is to be cleared by
 * the caller. Returns 0 or -errno.
 */
int drift_witness_collect(const struct analysis_request *request, const struct journal *journal,
        const struct analysis *analysis, const struct catalogue *catalogue,
        const struct drift *drift, struct drift_witness *ret, struct error *error);
