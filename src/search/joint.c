/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/joint.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "search/minimise.h"

/* One avoidable feature, and the mode in which it is to be left out. */
struct candidate {
        struct analysed_feature *feature;
        enum mode mode;
        bool flipped; /* its mode was changed once: not again, or resolving might go in circles */
};

struct joint {
        const struct joint_options *options;
        struct candidate *candidates; /* in feature order */
        size_t size;
        bool *members; /* the candidates that are left out together at the moment */
        bool waits;    /* all of them at once failed for want of time, see subsets_fail() */
};

/* Minimal sets are found one by one; a workload with more than these is better looked at by a
 * person. */
#define CONFLICTS_MAX 64

/* What is done to each candidate: a mode, or that it is not left out. */
typedef unsigned char selection;
#define NOT_LEFT_OUT MODE_COUNT

/* The subset's candidates in their present modes. */
static void select_members(const struct joint *joint, const bool *members, selection *ret)
{
        for (size_t i = 0; i < joint->size; i++)
                ret[i] = members[i] ? joint->candidates[i].mode : NOT_LEFT_OUT;
}

static int make_policy(const struct joint *joint, const selection *selected, struct policy **ret)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        int r;

        if (!policy)
                return -ENOMEM;
        for (size_t i = 0; i < joint->size; i++) {
                if (selected[i] == NOT_LEFT_OUT)
                        continue;
                r = withhold(policy, joint->candidates[i].feature->feature, selected[i],
                        joint->options->withholding);
                if (r < 0)
                        return r;
        }
        *ret = steal_pointer(policy);
        return 0;
}

/* How sure to be of what is tried: the start of every trial. */
struct care {
        const char *purpose;
        unsigned replicas;
        bool hasty;
};

static const struct care guessing = {"guess", 1, true};
static const struct care checking = {"check", 1, false};

/* What is told in the end has been seen as often as every verdict. */
static struct care proving(const struct joint *joint)
{
        return (struct care){"joint", joint->options->replicas, false};
}

/*
 * Tries what becomes of the workload under each of `count` selections, which stand one behind the
 * other; the trials go side by side.
 */
static int try_selections(const struct joint *joint, const selection *selections, size_t count,
        struct care care, struct mode_result *ret_results, struct error *error)
{
        CLEANUP_FREE struct trial *trials = calloc(count, sizeof(*trials));
        CLEANUP_FREE struct policy **policies = calloc(count, sizeof(*policies));
        int r = trials && policies ? 0 : -ENOMEM;

        for (size_t i = 0; r == 0 && i < count; i++) {
                r = make_policy(joint, selections + i * joint->size, &policies[i]);
                trials[i] = (struct trial){
                        .executor = joint->options->executor,
                        .limits = joint->options->limits,
                        .policy = policies[i],
                        .purpose = care.purpose,
                        .replicas = care.replicas,
                        .hasty = care.hasty,
                };
                if (r == 0)
                        r = trial_start(&trials[i], error);
        }
        if (r == -ENOMEM)
                error_errno(error, ENOMEM, "trying what goes together");
        if (r == 0)
                r = executor_drain(joint->options->executor, error);
        for (size_t i = 0; i < count && policies; i++) {
                if (r == 0)
                        ret_results[i] = trials[i].result;
                policy_free(policies[i]);
        }
        return r;
}

/* Tells of each subset whether the workload fails without it; a minimise_function for `care`. */
static int subsets_fail(const struct joint *joint, bool *const *subsets, size_t count,
        struct care care, bool *ret_fails, struct error *error)
{
        CLEANUP_FREE struct mode_result *results = calloc(count, sizeof(*results));
        CLEANUP_FREE selection *selections = calloc(count, joint->size);
        int r;

        if (!results || !selections)
                return error_errno(error, ENOMEM, "trying what goes together");
        for (size_t i = 0; i < count; i++)
                select_members(joint, subsets[i], selections + i * joint->size);
        r = try_selections(joint, selections, count, care, results, error);
        for (size_t i = 0; r == 0 && i < count; i++) {
                ret_fails[i] = !results[i].works;
                /*
                 * A guess has little time. Where the failure that is looked for was no matter of
                 * time, one that is tells nothing: the run might have passed a little later.
                 */
                if (care.hasty && !joint->waits && trial_ran_out_of_time(results[i].outcome))
                        ret_fails[i] = false;
        }
        return r;
}

static int subsets_fail_by_guess(bool *const *subsets, size_t count, size_t size, bool *ret_fails,
        void *context, struct error *error)
{
        (void)size;
        return subsets_fail(context, subsets, count, guessing, ret_fails, error);
}

static int subsets_fail_by_check(bool *const *subsets, size_t count, size_t size, bool *ret_fails,
        void *context, struct error *error)
{
        (void)size;
        return subsets_fail(context, subsets, count, checking, ret_fails, error);
}

/* Whether what is left out at the moment works, with all replicas. */
static int members_work(struct joint *joint, bool *ret, struct error *error)
{
        CLEANUP_FREE selection *selected = calloc(1, joint->size);
        struct mode_result result;
        int r;

        if (!selected)
                return error_errno(error, ENOMEM, "trying what goes together");
        select_members(joint, joint->members, selected);
        r = try_selections(joint, selected, 1, proving(joint), &result, error);
        if (r != 0)
                return r;
        joint->waits = trial_ran_out_of_time(result.outcome);
        *ret = result.works;
        return 0;
}

/* Whether a candidate works in its other mode, too, and has not been changed to that yet. */
static bool can_flip(const struct candidate *candidate)
{
        return verdict_of(candidate->feature) == VERDICT_EITHER && !candidate->flipped;
}

static enum mode other_mode(enum mode mode)
{
        return mode == MODE_STUB ? MODE_FAKE : MODE_STUB;
}

/* What a look at a set that seems to be a conflict has shown. */
struct examination {
        bool conflict;          /* it fails, and no set with one element less does */
        struct outcome outcome; /* how it fails */
        size_t remedy; /* the last of the culprits that, in its other mode, lets the set work;
                          SIZE_MAX: none does */
};

/*
 * Lays out what an examination tries: the set itself; for each culprit the set without it; and for
 * each that can be flipped the set with it flipped. `ret_about` tells which candidate each is
 * about. Returns how many.
 */
static size_t lay_out_examination(
        const struct joint *joint, const bool *culprits, selection *ret, size_t *ret_about)
{
        size_t size = joint->size, count = 0;

        select_members(joint, culprits, ret);
        ret_about[count++] = SIZE_MAX;
        for (size_t i = 0; i < size; i++) {
                if (!culprits[i])
                        continue;
                memcpy(ret + count * size, ret, size);
                ret[count * size + i] = NOT_LEFT_OUT;
                ret_about[count++] = i;
                if (!can_flip(&joint->candidates[i]))
                        continue;
                memcpy(ret + count * size, ret, size);
                ret[count * size + i] = other_mode(joint->candidates[i].mode);
                ret_about[count++] = i;
        }
        return count;
}

static int examine(const struct joint *joint, const bool *culprits, struct examination *ret,
        struct error *error)
{
        size_t size = joint->size, most = 2 * size + 1, count;
        CLEANUP_FREE selection *selections = calloc(most, size);
        CLEANUP_FREE size_t *about = calloc(most, sizeof(size_t));
        CLEANUP_FREE struct mode_result *results = calloc(most, sizeof(*results));
        int r;

        if (!selections || !about || !results)
                return error_errno(error, ENOMEM, "examining a conflict");
        count = lay_out_examination(joint, culprits, selections, about);
        r = try_selections(joint, selections, count, checking, results, error);
        if (r != 0)
                return r;
        *ret = (struct examination){
                .conflict = !results[0].works,
                .outcome = results[0].outcome,
                .remedy = SIZE_MAX,
        };
        for (size_t i = 1; i < count; i++) {
                if (selections[i * size + about[i]] == NOT_LEFT_OUT)
                        ret->conflict = ret->conflict && results[i].works;
                else if (results[i].works)
                        ret->remedy = about[i];
        }
        return 0;
}

/*
 * From the members, which fail together, to a minimal set that does. Searching on guesses is quick,
 * since no run waits for the generous time limit, and mostly right; where the result does not stand
 * up to an examination, the search is done again on checked answers only.
 */
static int find_culprits(
        struct joint *joint, bool *ret_culprits, struct examination *ret, struct error *error)
{
        size_t bytes = joint->size * sizeof(bool);
        int r;

        memcpy(ret_culprits, joint->members, bytes);
        r = minimise(ret_culprits, joint->size, subsets_fail_by_guess, joint, error);
        if (r == 0)
                r = examine(joint, ret_culprits, ret, error);
        if (r != 0 || ret->conflict)
                return r;
        memcpy(ret_culprits, joint->members, bytes);
        r = minimise(ret_culprits, joint->size, subsets_fail_by_check, joint, error);
        return r != 0 ? r : examine(joint, ret_culprits, ret, error);
}

/* A feature that worked alone, and now alone does not: its runs disagree. */
static void mark_unstable(struct candidate *candidate, struct outcome outcome)
{
        struct mode_result *result = feature_mode(candidate->feature, candidate->mode);

        if (result->works)
                result->outcome = outcome;
        result->runs++;
        result->works = false;
        result->unstable = true;
}

/* How many culprits there are; `*ret_last` is the last of them. */
static size_t count_culprits(const struct joint *joint, const bool *culprits, size_t *ret_last)
{
        size_t count = 0;

        for (size_t i = 0; i < joint->size; i++) {
                if (culprits[i]) {
                        *ret_last = i;
                        count++;
                }
        }
        return count;
}

static int record_conflict(
        const struct joint *joint, const bool *culprits, struct joint_result *result)
{
        struct conflict *conflict = vector_add(&result->conflicts);
        struct feature *feature;

        if (!conflict)
                return -ENOMEM;
        for (size_t i = 0; i < joint->size; i++) {
                if (!culprits[i])
                        continue;
                feature = vector_add(&conflict->features);
                if (!feature)
                        return -ENOMEM;
                *feature = joint->candidates[i].feature->feature;
        }
        return 0;
}

/*
 * Resolves a conflict: the culprit that is its remedy is left out in its other mode from now on;
 * or, where there is none, the last culprit is not left out any more.
 */
static void resolve(struct joint *joint, const bool *culprits, size_t remedy)
{
        size_t last = 0;

        count_culprits(joint, culprits, &last);
        if (remedy == SIZE_MAX) {
                joint->members[last] = false;
                return;
        }
        joint->candidates[remedy].mode = other_mode(joint->candidates[remedy].mode);
        joint->candidates[remedy].flipped = true;
}

/* Whether the candidate still works alone: see mark_unstable(). */
static bool is_sound(const struct candidate *candidate)
{
        return feature_mode(candidate->feature, candidate->mode)->works;
}

/*
 * Tries to leave out again what was given up: another's leaving may have made room for it. (What
 * fails now as it did before is known from the journal.)
 */
static int extend(struct joint *joint, struct error *error)
{
        bool works;
        int r;

        for (size_t i = 0; i < joint->size; i++) {
                if (joint->members[i] || !is_sound(&joint->candidates[i]))
                        continue;
                joint->members[i] = true;
                r = members_work(joint, &works, error);
                if (r != 0)
                        return r;
                joint->members[i] = works;
        }
        return 0;
}

/* All of it fails: finds out what does not go together, and what does. */
static int find_conflicts(struct joint *joint, struct joint_result *result, struct error *error)
{
        CLEANUP_FREE bool *culprits = calloc(joint->size, sizeof(bool));
        struct examination examination;
        bool works = false;
        size_t count, last;
        int r = 0;

        if (!culprits)
                return error_errno(error, ENOMEM, "looking for conflicts");
        executor_begin_phase(joint->options->executor, PHASE_CONFLICTS, 0);
        for (unsigned found = 0; !works && found < CONFLICTS_MAX; found++) {
                r = find_culprits(joint, culprits, &examination, error);
                if (r != 0)
                        return r;
                count = count_culprits(joint, culprits, &last);
                if (count == 0)
                        break; /* it does not even work unmodified any more */
                if (count == 1)
                        mark_unstable(&joint->candidates[last], examination.outcome);
                else if (record_conflict(joint, culprits, result) < 0)
                        return error_errno(error, ENOMEM, "keeping a conflict");
                resolve(joint, culprits, examination.remedy);
                r = members_work(joint, &works, error);
                if (r != 0)
                        return r;
        }
        if (works)
                return extend(joint, error);
        /* Nothing was proven to work together. */
        memset(joint->members, 0, joint->size * sizeof(bool));
        return 0;
}

static int record_members(const struct joint *joint, struct joint_result *result)
{
        struct feature *feature;

        for (size_t i = 0; i < joint->size; i++) {
                if (!joint->members[i])
                        continue;
                feature = joint->candidates[i].mode == MODE_STUB ? vector_add(&result->stub)
                                                                 : vector_add(&result->fake);
                if (!feature)
                        return -ENOMEM;
                *feature = joint->candidates[i].feature->feature;
        }
        return 0;
}

static int check(struct joint *joint, struct joint_result *result, struct error *error)
{
        int r;

        executor_begin_phase(joint->options->executor, PHASE_JOINT, joint->options->replicas);
        result->tested = true;
        r = members_work(joint, &result->works, error);
        if (r == 0 && !result->works)
                r = find_conflicts(joint, result, error);
        if (r == 0 && record_members(joint, result) < 0)
                r = error_errno(error, ENOMEM, "keeping the joint set");
        return r;
}

int joint_check(const struct joint_options *options, struct analysis *analysis, struct error *error)
{
        CLEANUP_FREE struct candidate *candidates =
                calloc(analysis->features.count + 1, sizeof(*candidates));
        CLEANUP_FREE bool *members = calloc(analysis->features.count + 1, sizeof(bool));
        struct joint joint = {.options = options, .candidates = candidates, .members = members};
        struct analysed_feature *feature;
        enum mode mode;

        if (!candidates || !members)
                return error_errno(error, ENOMEM, "preparing the joint check");
        vector_for_each(feature, &analysis->features) {
                if (!feature_is_avoidable(feature, &mode) ||
                        analysis_call_is_avoidable(analysis, feature->feature))
                        continue;
                members[joint.size] = true;
                candidates[joint.size++] = (struct candidate){feature, mode};
        }
        return joint.size > 0 ? check(&joint, &analysis->joint, error) : 0;
}
