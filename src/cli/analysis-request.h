/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What an analysis was asked to do, as its journal's header keeps it: enough to continue the
 * analysis, and to repeat any of its runs, from another place and at another time.
 */

#include <stdbool.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/option.h"
#include "feature/feature.h"
#include "observe/observer.h"
#include "search/analysis.h"
#include "workload/workload.h"

/* Runs at the same time, at most. */
#define ANALYSIS_JOBS_MAX 1024

struct analysis_request {
        char **words;              /* workload_to_words(): names the workload */
        struct workload *workload; /* that these words name */
        unsigned replicas;
        unsigned jobs; /* 0: auto */
        struct withholding withholding;
        enum subfeatures subfeatures;
        bool files;
        bool count_launch;
        bool joint;
        unsigned impact_repeats; /* 0: the impact is not measured */
        enum observer_kind observer;
        VECTOR(struct feature) only; /* empty: all that are used */
};

void analysis_request_clear(struct analysis_request *request);
#define CLEANUP_ANALYSIS_REQUEST CLEANUP(analysis_request_clear)

/* Owned by the caller. Returns 0 or -errno. */
int analysis_request_to_json(
        const struct analysis_request *request, json_t **ret, struct error *error);

/*
 * Reads a journal's header, and the workload that it names. Refuses a workload that has changed
 * since, in the file, in the test script or in another file that determines its runs. `ret` is to
 * be cleared by the caller where it succeeds. Returns 0 or -errno.
 */
int analysis_request_from_json(json_t *header, struct analysis_request *ret, struct error *error);

/*
 * The policy by which the analysis withheld `feature`, or rather tried to: as `loupe run` would be
 * given it. Owned by the caller; NULL when out of memory.
 */
struct policy *analysis_request_policy(
        const struct analysis_request *request, struct feature feature, enum mode mode);

/*
 * The command line that repeats a run of the analysis under the policy with that text
 * (policy_text()). Owned by the caller; NULL when out of memory.
 */
char *analysis_request_command(const struct analysis_request *request, const char *policy);

/*
 * Adds the features of "NAME,…" lists, which --only was given, to those that alone are tested; and
 * has sub-features and files looked at where any is named. Returns 0 or -errno.
 */
int analysis_request_add_only(
        struct analysis_request *request, const struct option_list *lists, struct error *error);
