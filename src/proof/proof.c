/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof/proof.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "proof/explain.h"
#include "proof/foretell.h"

const char *fate_name(enum fate fate)
{
        static const char *const names[] = {
                [FATE_UNKNOWN] = "unknown",
                [FATE_WORKS] = "works",
                [FATE_HELPED] = "works with help",
                [FATE_FAILS] = "fails",
                [FATE_UNSTABLE] = "unstable",
                [FATE_UNTESTED] = "untested",
        };

        return names[fate];
}

static void application_proof_clear(struct application_proof *proof)
{
        free(proof->application);
        free(proof->workload);
        free(proof->workload_source);
        free(proof->executable_digest);
        free(proof->failure);
        free(proof->bare_policy);
        free(proof->helped_policy);
        foretelling_clear(&proof->foretold);
        refusals_clear(&proof->refusals);
        culprits_clear(&proof->culprits);
        features_clear(&proof->evidence);
        *proof = (struct application_proof){};
}

void os_proof_clear(struct os_proof *proof)
{
        struct application_proof *application;

        vector_for_each(application, &proof->applications)
                application_proof_clear(application);
        vector_clear(&proof->applications);
        free(proof->os);
        *proof = (struct os_proof){};
}

static int describe(const struct subject *subject, struct application_proof *proof)
{
        memcpy(proof->workload_digest, subject->digest, sizeof(proof->workload_digest));
        proof->workload_kind = subject->options.workload->kind;
        if (string_copy(subject->name, &proof->application) < 0 ||
                string_copy(subject->options.workload->name, &proof->workload) < 0 ||
                string_copy(subject->options.workload->source, &proof->workload_source) < 0 ||
                string_copy(subject->executable_digest, &proof->executable_digest) < 0 ||
                string_copy(subject->failure, &proof->failure) < 0)
                return -ENOMEM;
        return 0;
}

/* Runs the workload on the system; `*ret_policy` is how that was done. */
static int try_on(struct subject *subject, const struct os_model *model, struct mode_result *ret,
        char **ret_policy, struct refusals *ret_refusals, struct error *error)
{
        CLEANUP_POLICY struct policy *policy = NULL;
        CLEANUP_REFUSALS struct refusals refusals = {};
        int r;

        if (os_model_policy(model, &policy) < 0)
                return error_errno(error, ENOMEM, "%s", subject->name);
        *ret_policy = policy_text(policy);
        if (!*ret_policy)
                return error_errno(error, ENOMEM, "%s", subject->name);
        r = subject_try(subject, policy, CARE_PROOF, ret, &refusals, error);
        if (r != 0)
                return r;
        refusals_clear(ret_refusals);
        *ret_refusals = refusals;
        refusals = (struct refusals){};
        return 0;
}

/* Adds to the system what the verdicts say helps. Returns 0 or -ENOMEM. */
static int add_help(struct os_model *model, const struct foretelling *foretold)
{
        const struct feature *feature;
        int r = 0;

        vector_for_each(feature, &foretold->stubs.items)
                if (r == 0)
                        r = os_model_treat(model, *feature, TREATMENT_STUB);
        vector_for_each(feature, &foretold->fakes.items)
                if (r == 0)
                        r = os_model_treat(model, *feature, TREATMENT_FAKE);
        return r;
}

static bool can_be_helped(const struct foretelling *foretold)
{
        return foretold->stubs.items.count > 0 || foretold->fakes.items.count > 0;
}

/* On the system as it is, and, where that does not do, with help: then that is what `model` has in
 * the end. */
static int see(struct subject *subject, struct os_model *model, struct application_proof *proof,
        struct error *error)
{
        int r;

        r = try_on(subject, model, &proof->bare, &proof->bare_policy, &proof->refusals, error);
        if (r != 0)
                return r;
        proof->seen = proof->bare.works      ? FATE_WORKS
                      : proof->bare.unstable ? FATE_UNSTABLE
                                             : FATE_FAILS;
        if (proof->bare.works || !can_be_helped(&proof->foretold))
                return 0;
        if (add_help(model, &proof->foretold) < 0)
                return error_errno(error, ENOMEM, "%s", subject->name);
        r = try_on(subject, model, &proof->helped, &proof->helped_policy, &proof->refusals, error);
        if (r != 0)
                return r;
        proof->seen = proof->helped.works      ? FATE_HELPED
                      : proof->helped.unstable ? FATE_UNSTABLE
                                               : FATE_FAILS;
        return 0;
}

static int prove(const struct proof_options *options, const struct subject_options *what,
        struct application_proof *proof, struct error *error)
{
        const struct os_model_options system = {
                .profile = options->profile,
                .partial_is_missing = options->partial_is_missing,
                .equivalents = options->equivalents,
        };
        CLEANUP_OS_MODEL struct os_model *model = os_model_new(&system);
        CLEANUP_SUBJECT struct subject subject = {};
        const struct foretell_options foretelling = {
                .measured = options->measured,
                .model = model,
                .profile = options->profile,
                .equivalents = options->equivalents,
                .partial_is_missing = options->partial_is_missing,
        };
        int r;

        r = subject_open(what, &subject, error);
        if (r != 0)
                return r;
        r = model ? describe(&subject, proof) : -ENOMEM;
        if (r == 0)
                r = foretell(&foretelling, &subject, &proof->foretold);
        if (r < 0)
                return error_errno(error, -r, "%s", subject.name);
        proof->seen = FATE_UNTESTED;
        if (subject.failure)
                return 0;
        r = see(&subject, model, proof, error);
        return r != 0 ? r : explain(&subject, model, options->explain_failures, proof, error);
}

int prove_on_os(const struct proof_options *options, struct os_proof *ret, struct error *error)
{
        struct application_proof *proof;
        int r = 0;

        *ret = (struct os_proof){
                .os = strdup(options->profile ? options->profile->name : PROOF_NO_SYSTEM),
                .equivalents = options->equivalents,
                .partial_is_missing = options->partial_is_missing,
        };
        if (!ret->os)
                return error_errno(error, ENOMEM, "preparing a proof");
        for (size_t i = 0; r == 0 && i < options->subject_count; i++) {
                proof = vector_add(&ret->applications);
                r = proof ? prove(options, &options->subjects[i], proof, error)
                          : error_errno(error, ENOMEM, "preparing a proof");
                if (r != 0 && proof) {
                        application_proof_clear(proof);
                        ret->applications.count--;
                }
        }
        return r;
}
