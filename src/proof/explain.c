/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof/explain.h"

#include <errno.h>

#include "proof/foretell.h"

/* Words and sentences, by disagreement. */
static const struct {
        const char *name;
        const char *text;
} words[DISAGREEMENT_COUNT] = {
        [AGREES] = {"none", "what was seen is what was foretold"},
        [ANOTHER_BUILD] = {"another build",
                "the executable is not known to be the one that was measured"},
        [ANOTHER_WORKLOAD] = {"another workload", "it was measured under other workloads only"},
        [ANOTHER_ERRNO] = {"another errno",
                "the system fails with another errno than the one that was measured"},
        [NOT_MEASURED] = {"not measured",
                "the system has a part of it, and the results do not tell which part is needed: "
                "measure with --features, or --files"},
        [JOINT_CONFLICT] = {"joint conflict",
                "each of them can be left out alone, all of them at once cannot"},
        [CONFLICT_AVOIDED] = {"conflict avoided",
                "what does not go together does no harm here, as it is withheld in another way, or "
                "beside others"},
        [FALLBACK_REFUSED] = {"fallback refused",
                "others being withheld, it fell back on what it had never used before, and that is "
                "not there either"},
        [FALLBACK_TAKEN] = {"fallback taken",
                "others being withheld, it went another way, on which it does without"},
        [VERDICT_WRONG] = {"verdict wrong",
                "alone it behaves otherwise than its verdict says: measure again"},
        [CHANCE] = {"chance",
                "it cannot be repeated, or comes and goes from run to run: the workload is flaky"},
};

const char *disagreement_name(enum disagreement disagreement)
{
        return words[disagreement].name;
}

const char *disagreement_text(enum disagreement disagreement)
{
        return words[disagreement].text;
}

/* What is to be said first: that something else was measured. AGREES where nothing else was. */
static enum disagreement of_other_origin(const struct foretelling *foretold)
{
        if (!foretold->same_build)
                return ANOTHER_BUILD;
        return foretold->same_workload ? AGREES : ANOTHER_WORKLOAD;
}

/* The results cannot tell of it: they are about whole calls, or calls only. */
static bool is_unmeasured(const struct foretelling *foretold, const struct os_model *model,
        const struct refusal *culprit)
{
        if (culprit->feature.kind != FEATURE_SYSCALL)
                return !foretelling_find(foretold, culprit->feature);
        /* The call is there, but not with every value: it is refused by the value. */
        return os_model_treatment(model, culprit->feature) == TREATMENT_IMPLEMENT;
}

static bool fails_otherwise(const struct foretelling *foretold, const struct refusal *culprit)
{
        const struct finding *finding = foretelling_find(foretold, culprit->feature);

        return finding && culprit->action == ACTION_STUB &&
               culprit->errnum != policy_errno_of(culprit->feature) &&
               (finding->verdict == VERDICT_STUB || finding->verdict == VERDICT_EITHER);
}

/* By the culprits, one at least. */
static enum disagreement reason_of(
        const struct application_proof *proof, const struct os_model *model)
{
        const struct foretelling *foretold = &proof->foretold;
        const struct refusal *culprit;
        bool otherwise = false, unused = false;

        vector_for_each(culprit, &proof->culprits.items) {
                if (is_unmeasured(foretold, model, culprit))
                        return NOT_MEASURED;
                otherwise |= fails_otherwise(foretold, culprit);
                unused |= !foretelling_find(foretold, culprit->feature);
        }
        if (otherwise)
                return ANOTHER_ERRNO;
        if (proof->culprits.items.count == 1)
                return VERDICT_WRONG;
        return unused ? FALLBACK_REFUSED : JOINT_CONFLICT;
}

/* It fails, and was to work. */
static int explain_failure(
        struct application_proof *proof, const struct os_model *model, struct error *error)
{
        const struct refusal *culprit;

        proof->disagreement = CHANCE;
        if (proof->culprits.items.count == 0)
                return 0;
        vector_for_each(culprit, &proof->culprits.items)
                if (features_add(&proof->evidence, culprit->feature) < 0)
                        return error_errno(error, ENOMEM, "explaining a failure");
        proof->disagreement = of_other_origin(&proof->foretold);
        if (proof->disagreement == AGREES)
                proof->disagreement = reason_of(proof, model);
        return 0;
}

static int add_all(const struct features *from, struct features *to, struct error *error)
{
        const struct feature *feature;

        vector_for_each(feature, &from->items)
                if (features_add(to, *feature) < 0)
                        return error_errno(error, ENOMEM, "explaining a success");
        return 0;
}

/* What was to be in the way: what is missing, or else what was to be treated otherwise. */
static int find_obstacles(
        const struct foretelling *foretold, struct features *ret, struct error *error)
{
        int r;

        if (foretold->fate == FATE_FAILS)
                return add_all(&foretold->missing, ret, error);
        r = add_all(&foretold->stubs, ret, error);
        return r == 0 ? add_all(&foretold->fakes, ret, error) : r;
}

/* Withholds one feature as it was withheld. */
static int withhold_alone(
        const struct refusals *refusals, struct feature feature, struct policy **ret)
{
        struct culprits alone = {};
        struct refusal *only = vector_add(&alone.items);
        int r = only ? 0 : -ENOMEM;

        if (r == 0) {
                *only = *refusals_find(refusals, feature);
                r = culprits_policy(&alone, ret);
        }
        /* The object is still the refusals'. */
        vector_clear(&alone.items);
        return r;
}

/* Which of the features do no harm when they are withheld alone: added to `ret`. */
static int try_alone(struct subject *subject, const struct refusals *refusals,
        const struct features *asked, struct features *ret, struct error *error)
{
        size_t count = asked->items.count;
        CLEANUP_FREE struct policy **policies = calloc(count + 1, sizeof(*policies));
        CLEANUP_FREE struct mode_result *results = calloc(count + 1, sizeof(*results));
        int r = policies && results ? 0 : -ENOMEM;

        for (size_t i = 0; r == 0 && i < count; i++)
                r = withhold_alone(refusals, asked->items.items[i], &policies[i]);
        if (r < 0)
                error_errno(error, -r, "explaining a success");
        else
                r = subject_try_all(subject, policies, count, CARE_PROOF, results, error);
        for (size_t i = 0; r == 0 && i < count; i++)
                if (results[i].works && features_add(ret, asked->items.items[i]) < 0)
                        r = error_errno(error, ENOMEM, "explaining a success");
        for (size_t i = 0; policies && i < count; i++)
                policy_free(policies[i]);
        return r;
}

/* The obstacles were none: it never asked, or was wrongly said to need them, or went round them. */
static int explain_obstacles(struct subject *subject, const struct features *obstacles,
        struct application_proof *proof, struct error *error)
{
        CLEANUP(features_clear) struct features asked = {};
        const struct feature *feature;
        int r;

        vector_for_each(feature, &obstacles->items)
                if (refusals_find(&proof->refusals, *feature) && features_add(&asked, *feature) < 0)
                        return error_errno(error, ENOMEM, "explaining a success");
        r = try_alone(subject, &proof->refusals, &asked, &proof->evidence, error);
        if (r != 0)
                return r;
        proof->disagreement = VERDICT_WRONG;
        if (proof->evidence.items.count > 0)
                return 0;
        proof->disagreement = FALLBACK_TAKEN;
        return add_all(asked.items.count > 0 ? &asked : obstacles, &proof->evidence, error);
}

/* It fares better than was foretold. */
static int explain_success(
        struct subject *subject, struct application_proof *proof, struct error *error)
{
        CLEANUP(features_clear) struct features obstacles = {};
        int r;

        r = find_obstacles(&proof->foretold, &obstacles, error);
        if (r < 0)
                return r;
        proof->disagreement = of_other_origin(&proof->foretold);
        if (obstacles.items.count == 0) {
                if (proof->disagreement == AGREES)
                        proof->disagreement = CONFLICT_AVOIDED;
                return add_all(&proof->foretold.conflicts.items[0], &proof->evidence, error);
        }
        if (proof->disagreement != AGREES)
                return add_all(&obstacles, &proof->evidence, error);
        return explain_obstacles(subject, &obstacles, proof, error);
}

int explain(struct subject *subject, const struct os_model *model, bool always,
        struct application_proof *proof, struct error *error)
{
        enum fate foretold = proof->foretold.fate, seen = proof->seen;
        int r = 0;

        if (seen == FATE_UNTESTED)
                return 0;
        if (seen == FATE_UNSTABLE) {
                proof->disagreement = foretold == FATE_UNKNOWN ? AGREES : CHANCE;
                return 0;
        }
        if (seen == FATE_FAILS && (always || foretold == FATE_WORKS || foretold == FATE_HELPED))
                r = culprits_find(subject, &proof->refusals, &proof->culprits, error);
        if (r != 0 || foretold == FATE_UNKNOWN || foretold == seen)
                return r;
        /* Fates stand from the best to the worst. */
        return seen > foretold ? explain_failure(proof, model, error)
                               : explain_success(subject, proof, error);
}
