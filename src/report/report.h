/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Results in the forms people and programs read them: a table, JSON, loupedb's CSV. */

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "observe/observation.h"
#include "search/analysis.h"

struct text_options {
        bool color;     /* ANSI colours */
        unsigned width; /* columns of the terminal; 80 where there is none */
};

/*
 * The verdict table: one line a feature (name, count, verdict, what stub and fake came to), grouped
 * by verdict, required first; the joint result and its conflicts; one line of summary with the time
 * it took.
 */
int report_analysis_text(
        const struct analysis *analysis, const struct text_options *options, FILE *stream);

/* The document of schema loupe/analysis/1 (data/analysis.schema.json), owned by the caller; NULL
 * when out of memory. */
json_t *report_analysis_document(const struct analysis *analysis);

/* What the runs of one mode came to, as that document has it: null where there were none. Owned by
 * the caller; NULL when out of memory. */
json_t *report_mode_json(const struct mode_result *mode);

/* Writes that document. Returns 0 or -errno. */
int report_analysis_json(const struct analysis *analysis, FILE *stream);

/*
 * loupedb's dyn.csv: `#` header, then number,used,faked,stubbed,both for every number of the native
 * ABI from 0 to the highest in the table. The last three exclude each other; column 3 is "works
 * faked only", column 4 "works stubbed only". Returns 0 or -errno.
 */
int report_analysis_csv(const struct analysis *analysis, FILE *stream);

/* What a program used, as a table, and as the document of schema loupe/trace/1. */
int report_trace_text(
        const struct observation *observation, const struct text_options *options, FILE *stream);
int report_trace_json(const struct observation *observation, FILE *stream);
