/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* An analysis that a request asks for, carried out and told of: for `analyze` and `check`. */

#include "cli/analysis-request.h"
#include "search/journal.h"
#include "search/search.h"

/* Exit status of what the user ended. */
#define STATUS_INTERRUPTED 130

struct analysis_run {
        const struct analysis_request *request;
        struct journal *journal;
        enum search_depth depth;
        const struct known_verdict *known; /* as in struct search_options */
        size_t known_count;
        bool quiet;   /* no progress */
        bool verbose; /* one line for every run */
};

/*
 * Returns as search_run() does. Where the workload does not pass, the last output of a run that
 * failed has been printed on standard error.
 */
int analysis_run(const struct analysis_run *options, struct analysis **ret, struct error *error);

/*
 * A workload that does not pass, or could not be started at all, has no analysis to continue: its
 * journal goes, so that -o can be used again.
 */
void analysis_folder_discard(const char *folder);
