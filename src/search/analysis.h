/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The result of an analysis: for every feature that the application used, what became of the
 * workload with it stubbed and with it faked; and which omissions hold together.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/vector.h"
#include "dataset/verdict.h"
#include "feature/feature.h"
#include "policy/policy.h"
#include "run/outcome.h"
#include "search/effect.h"
#include "search/withhold.h"
#include "workload/workload.h"

/* Which sub-features are tested. */
enum subfeatures {
        SUBFEATURES_NONE,
        SUBFEATURES_NEEDED, /* those of calls that are not avoidable as a whole */
        SUBFEATURES_ALL,
};

/* The runs of one feature in one mode, merged conservatively. */
struct mode_result {
        bool works;    /* every run passed */
        bool unstable; /* some passed and some did not: counted as not working */
        unsigned passed;
        unsigned runs;          /* 0: not tested */
        struct outcome outcome; /* of the first run that failed; passed where none did */
        char **warnings; /* sentences on what is odd although it works (silent.h); NULL: none */
};

/*
 * A sub-feature of a call that is avoidable as a whole is not tested, but with SUBFEATURES_ALL:
 * both modes then have no runs. A file is stubbed as if it were absent; in the mode `deny` calls
 * that name it fail with ENOSYS instead, which is told beside the verdict and does not change it.
 */
struct analysed_feature {
        struct feature feature;
        uint64_t count; /* times the unmodified run used it */
        struct mode_result stub;
        struct mode_result fake;
        struct mode_result deny; /* files only */
};

/* Features that work one by one but not all together. */
struct conflict {
        VECTOR(struct feature) features; /* in feature order; none can be taken away */
};

struct joint_result {
        bool tested; /* false with --no-joint, and where nothing is avoidable */
        bool works;  /* everything avoidable works at once, in the preferred modes */
        VECTOR(struct feature)
        stub; /* what was proven to work together, in feature order; what is
                 part of a call in here is not named again */
        VECTOR(struct feature) fake;
        VECTOR(struct conflict) conflicts; /* empty where it works */
};

struct baseline_result {
        unsigned runs;
        unsigned failures;
        double median; /* seconds, wall clock, of a whole run */
        double slowest;
        double ready; /* seconds, the slowest, from the launch until ready */
        double cpu;   /* processor seconds of a run, median */
};

struct analysis {
        char *application_name;
        char *application_version; /* NULL: unknown */
        char *executable;          /* absolute path; NULL: made in the sandbox */
        char *executable_digest;   /* SHA-256 in hexadecimal; NULL: unknown */
        char *workload_name;
        const char *workload_kind;                      /* a word of workload_kind_name() */
        char workload_digest[WORKLOAD_DIGEST_SIZE];     /* workload_digest() */
        char workload_conditions[WORKLOAD_DIGEST_SIZE]; /* workload_conditions_digest() */
        char *kernel;                                   /* name and release: "Linux 6.1.0" */
        char *libc;           /* "glibc 2.36", "musl 1.2.3", "static", NULL: unknown */
        const char *observer; /* a word of observer_kind_name() */
        unsigned cpus;
        char *limits; /* what enforced them: cgroup_pool_describe() */
        struct withholding withholding;
        bool count_launch;
        enum subfeatures subfeatures;
        bool files;                  /* pseudo-files were looked at */
        VECTOR(struct feature) only; /* these alone were to be tested; empty: all */
        bool joint_wanted;           /* the joint check was to be made */
        unsigned replicas;
        unsigned jobs;
        struct baseline_result baseline;
        unsigned runs; /* that were carried out, or taken from the journal of an earlier part */
        unsigned runs_reused;                     /* of these, taken from the journal */
        double wall;                              /* seconds of the analysis, all parts */
        double run_seconds;                       /* the sum of all runs' seconds */
        VECTOR(struct analysed_feature) features; /* in feature order */
        struct joint_result joint;
        struct impact_result impact;
};

enum verdict verdict_of(const struct analysed_feature *feature);

/* What the runs in that mode came to; belongs to the feature. */
struct mode_result *feature_mode(struct analysed_feature *feature, enum mode mode);

/* True where any mode was unstable. */
bool feature_is_unstable(const struct analysed_feature *feature);

/* True with the preferred mode (stub before fake) in `*ret` where the feature is avoidable. */
bool feature_is_avoidable(const struct analysed_feature *feature, enum mode *ret);

/* What stands in the analysis for `feature`, or NULL; belongs to the analysis. */
const struct analysed_feature *analysis_find(
        const struct analysis *analysis, struct feature feature);

/* True for a sub-feature whose call is avoidable as a whole: an OS without the call lacks it too.
 */
bool analysis_call_is_avoidable(const struct analysis *analysis, struct feature feature);

struct analysis *analysis_new(void);
struct analysis *analysis_free(struct analysis *analysis);
DEFINE_CLEANUP(struct analysis *, analysis_free)
#define CLEANUP_ANALYSIS CLEANUP(analysis_freep)
