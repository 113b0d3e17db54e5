/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What an application began to need since it was measured: what `loupe check` tells. */

#include <stdio.h>

#include "dataset/drift.h"
#include "report/report.h"
#include "store/reference.h"

/* What is known of one item beside the verdicts. All of it may be missing. */
struct drift_evidence {
        const struct analysed_feature *analysed; /* what its runs came to; NULL: not used now */
        const struct observed_call *asked; /* with the objects that ask for it; NULL: unknown */
        unsigned seen;    /* in how many of the unmodified runs that were watched for it */
        unsigned watched; /* how many of these there were */
        char *output;     /* last line that a run without it printed; NULL: none */
        char *command;    /* that shows it again; NULL: none */
};

struct drift_report {
        const struct reference *before;
        const struct analysis *now;
        const struct catalogue *catalogue; /* of the numbers in `drift` */
        const struct drift *drift;
        enum drift_gate gate;
        const struct drift_evidence *evidence; /* one for each of the drift's items, in order */
};

/*
 * What changed around the program; what is newly required with its evidence, newly used, not used
 * any more; and one line of verdict. Returns 0 or -errno.
 */
int report_drift_text(
        const struct drift_report *report, const struct text_options *options, FILE *stream);

/* The document of schema loupe/check/1 (data/check.schema.json). Returns 0 or -errno. */
int report_drift_json(const struct drift_report *report, FILE *stream);

/*
 * A row for each item: feature, change, whether it makes the check fail (yes, no), what it was and
 * what it is now, what stubbed and faked runs came to, and the objects that ask for it with blanks
 * in between. What is not known is an empty field. Returns 0 or -errno.
 */
int report_drift_csv(const struct drift_report *report, FILE *stream);

/* What a feature was: a verdict, or "unused". And what it is now: "required", "avoidable",
 * "untested", "unused". */
const char *drift_word_before(const struct drift_item *item);
const char *drift_word_now(const struct drift_item *item);
