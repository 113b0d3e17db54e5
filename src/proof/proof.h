/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What verdicts say about applications on an operating system, and what becomes of them there:
 * `loupe prove --os`. Each is run on the system as its profile has it, and where that fails once
 * more with the stubs and fakes added that its verdicts ask for.
 */

#include "dataset/dataset.h"
#include "profile/profile.h"
#include "proof/culprits.h"
#include "proof/os-model.h"
#include "proof/subject.h"

/* The name of the system that offers nothing. */
#define PROOF_NO_SYSTEM "none"

/* How an application fares on a system: as is foretold, and as is seen. */
enum fate {
        FATE_UNKNOWN,  /* foretold only: nobody measured it */
        FATE_WORKS,    /* on the bare system */
        FATE_HELPED,   /* with stubs and fakes added to it */
        FATE_FAILS,    /* neither way */
        FATE_UNSTABLE, /* seen only: runs disagreed */
        FATE_UNTESTED, /* seen only: it does not work unmodified */
        FATE_COUNT,
};

/* "unknown", "works", "works with help", "fails", "unstable", "untested" */
const char *fate_name(enum fate fate);

/* Why what was seen is not what was foretold. */
enum disagreement {
        AGREES,           /* it is; or nothing was foretold, or could be seen */
        ANOTHER_BUILD,    /* the executable is not known to be the one that was measured */
        ANOTHER_WORKLOAD, /* nor is the workload */
        ANOTHER_ERRNO,    /* the system states an errno for a stub other than the measured one */
        NOT_MEASURED,     /* it is about sub-features or files, of which the results do not tell */
        JOINT_CONFLICT,   /* two or more that can be withheld one by one, not together */
        CONFLICT_AVOIDED, /* a known conflict does no harm, in the way in which it is withheld */
        FALLBACK_REFUSED, /* it asked for what it had never used, since others were withheld */
        FALLBACK_TAKEN,   /* what is required was not needed: others withheld led it elsewhere */
        VERDICT_WRONG,    /* one feature alone behaves otherwise than its verdict: measure again */
        CHANCE,           /* not to be repeated: flaky */
        DISAGREEMENT_COUNT,
};

/* A word ("joint conflict"; "none" where it agrees), and a sentence about it for people, without
 * capital and full stop. */
const char *disagreement_name(enum disagreement disagreement);
const char *disagreement_text(enum disagreement disagreement);

/* Features of a set, in feature order. */
struct features {
        VECTOR(struct feature) items;
};

/* What the verdicts say of one application on one system. */
struct foretelling {
        enum fate fate;
        bool same_workload;      /* the verdicts are about the workload of that name and kind */
        bool same_build;         /* and about that very executable */
        struct features missing; /* required, or untested, and not there; without sub-features of
                                    calls that are not there as a whole */
        VECTOR(struct features) conflicts; /* that are withheld whole */
        struct features stubs, fakes;      /* what has to be treated otherwise, and how */
        struct collection *verdicts;       /* merged to one dataset; NULL where fate is unknown */
};

struct application_proof {
        char *application;
        char *workload; /* its name */
        enum workload_kind workload_kind;
        char *workload_source; /* its file as it was named; NULL: it has none */
        char workload_digest[WORKLOAD_DIGEST_SIZE];
        char *executable_digest; /* NULL: unknown */
        struct foretelling foretold;
        enum fate seen;
        char *failure;             /* FATE_UNTESTED: why; else NULL */
        struct mode_result bare;   /* runs on the bare system */
        struct mode_result helped; /* with help; 0 runs: not tried */
        char *bare_policy;         /* policy_text() of these; NULL: not tried */
        char *helped_policy;
        struct refusals refusals; /* asked for in vain in the last of these */
        struct culprits culprits; /* why it fails, as far as was looked for */
        enum disagreement disagreement;
        struct features evidence; /* what the disagreement is about */
};

struct os_proof {
        char *os; /* the profile's name */
        bool equivalents, partial_is_missing;
        VECTOR(struct application_proof) applications; /* in the order in which they were given */
};

void os_proof_clear(struct os_proof *proof);
#define CLEANUP_OS_PROOF CLEANUP(os_proof_clear)

struct proof_options {
        const struct profile *profile; /* NULL: the system offers nothing */
        bool equivalents, partial_is_missing;
        const struct collection *measured; /* the results, any number an application, sorted; or
                                              NULL. Must outlive the proof */
        const struct subject_options *subjects; /* what is to be tried */
        size_t subject_count;
        bool explain_failures; /* look for the culprits also where it was foretold to fail */
};

/* True where something was foretold and seen, and it is not the same. */
static inline bool proof_disagrees(const struct application_proof *proof)
{
        return proof->disagreement != AGREES;
}

/*
 * Carries it out, application by application; runs of each go side by side. Returns 0,
 * EXECUTOR_INTERRUPTED (with the proofs that were finished) or -errno. `ret` is to be cleared by
 * the caller in any case.
 */
int prove_on_os(const struct proof_options *options, struct os_proof *ret, struct error *error);
