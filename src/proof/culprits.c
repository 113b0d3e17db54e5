/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof/culprits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "search/minimise.h"

struct hunt {
        struct subject *subject;
        const struct refusal **candidates; /* in feature order, no feature twice */
        size_t size;
        bool waits; /* with all of them withheld, it fails for want of time */
        enum care care;
};
#define CLEANUP_HUNT CLEANUP(hunt_clear)

static void hunt_clear(struct hunt *hunt)
{
        free(hunt->candidates);
}

void culprits_clear(struct culprits *culprits)
{
        struct refusal *refusal;

        vector_for_each(refusal, &culprits->items)
                free(refusal->object);
        vector_clear(&culprits->items);
}

/* Withholds the feature as the system did. */
static int withhold_refused(const struct refusal *refusal, struct policy *policy)
{
        if (refusal->action == ACTION_FAKE)
                return policy_fake(policy, refusal->feature, refusal->success);
        return policy_stub(policy, refusal->feature, refusal->errnum);
}

static int make_policy(const struct hunt *hunt, const bool *members, struct policy **ret)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        int r = policy ? 0 : -ENOMEM;

        for (size_t i = 0; r == 0 && i < hunt->size; i++)
                if (members[i])
                        r = withhold_refused(hunt->candidates[i], policy);
        if (r == 0)
                *ret = steal_pointer(policy);
        return r;
}

int culprits_policy(const struct culprits *culprits, struct policy **ret)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        const struct refusal *refusal;
        int r = policy ? 0 : -ENOMEM;

        vector_for_each(refusal, &culprits->items)
                if (r == 0)
                        r = withhold_refused(refusal, policy);
        if (r == 0)
                *ret = steal_pointer(policy);
        return r;
}

int culprits_lesson(const struct culprits *culprits, const char *application, struct lesson *ret)
{
        const struct refusal *culprit;
        struct lesson_part *part;

        ret->application = strdup(application);
        if (!ret->application)
                return -ENOMEM;
        vector_for_each(culprit, &culprits->items) {
                part = vector_add(&ret->parts);
                if (!part)
                        return -ENOMEM;
                *part = (struct lesson_part){culprit->feature, culprit->action == ACTION_FAKE};
        }
        return 0;
}

/* What becomes of the workload with each of `count` subsets withheld. */
static int try_subsets(const struct hunt *hunt, bool *const *subsets, size_t count,
        struct mode_result *ret, struct error *error)
{
        CLEANUP_FREE struct policy **policies = calloc(count + 1, sizeof(*policies));
        int r = policies ? 0 : -ENOMEM;

        for (size_t i = 0; r == 0 && i < count; i++)
                r = make_policy(hunt, subsets[i], &policies[i]);
        r = r < 0 ? error_errno(error, -r, "looking for culprits")
                  : subject_try_all(hunt->subject, policies, count, hunt->care, ret, error);
        for (size_t i = 0; policies && i < count; i++)
                policy_free(policies[i]);
        return r;
}

/* A minimise_function. */
static int subsets_fail(bool *const *subsets, size_t count, size_t size, bool *ret_fails,
        void *context, struct error *error)
{
        const struct hunt *hunt = context;
        CLEANUP_FREE struct mode_result *results = calloc(count + 1, sizeof(*results));
        int r;

        (void)size;
        if (!results)
                return error_errno(error, ENOMEM, "looking for culprits");
        r = try_subsets(hunt, subsets, count, results, error);
        for (size_t i = 0; r == 0 && i < count; i++) {
                ret_fails[i] = !results[i].works;
                /* A guess has little time: where the failure that is looked for is no matter of
                   time, one that is tells nothing. */
                if (hunt->care == CARE_GUESS && !hunt->waits &&
                        trial_ran_out_of_time(results[i].outcome))
                        ret_fails[i] = false;
        }
        return r;
}

/* One subset, with that care. */
static int try_one(struct hunt *hunt, bool *members, enum care care, struct mode_result *ret,
        struct error *error)
{
        hunt->care = care;
        return try_subsets(hunt, &members, 1, ret, error);
}

/* Whether the subset fails without any doubt, and what is left of it without any single one works.
 */
static int stands_up(
        struct hunt *hunt, bool *members, bool *ret_fails, bool *ret_minimal, struct error *error)
{
        struct mode_result result;
        size_t count = 0;
        int r;

        r = try_one(hunt, members, CARE_PROOF, &result, error);
        if (r != 0)
                return r;
        *ret_fails = *ret_minimal = !result.works;
        for (size_t i = 0; i < hunt->size; i++)
                count += members[i];
        for (size_t i = 0; *ret_minimal && count > 1 && i < hunt->size; i++) {
                if (!members[i])
                        continue;
                members[i] = false;
                r = try_one(hunt, members, CARE_CHECK, &result, error);
                members[i] = true;
                if (r != 0)
                        return r;
                *ret_minimal = result.works;
        }
        return 0;
}

static int narrow(
        struct hunt *hunt, bool *members, bool *ret_fails, bool *ret_minimal, struct error *error)
{
        static const enum care cares[] = {CARE_GUESS, CARE_CHECK};
        int r = 0;

        *ret_fails = *ret_minimal = false;
        for (size_t i = 0; r == 0 && !*ret_minimal && i < ARRAY_SIZE(cares); i++) {
                memset(members, true, hunt->size * sizeof(bool));
                hunt->care = cares[i];
                r = minimise(members, hunt->size, subsets_fail, hunt, error);
                if (r == 0)
                        r = stands_up(hunt, members, ret_fails, ret_minimal, error);
        }
        return r;
}

static int keep(const struct hunt *hunt, const bool *members, struct culprits *ret)
{
        struct refusal *kept;

        for (size_t i = 0; i < hunt->size; i++) {
                if (!members[i])
                        continue;
                kept = vector_add(&ret->items);
                if (!kept)
                        return -ENOMEM;
                *kept = *hunt->candidates[i];
                if (kept->object)
                        kept->object = strdup(kept->object);
                if (hunt->candidates[i]->object && !kept->object)
                        return -ENOMEM;
        }
        return 0;
}

static int compare_candidates(const void *a, const void *b)
{
        const struct refusal *const *x = a, *const *y = b;
        int order = feature_compare(&(*x)->feature, &(*y)->feature);

        /* Of two answers about the same feature, the first. */
        return order ? order : (*x > *y) - (*x < *y);
}

static int find_candidates(struct hunt *hunt, const struct refusals *refusals)
{
        size_t count = refusals->items.count, kept = 0;

        hunt->candidates = calloc(count + 1, sizeof(*hunt->candidates));
        if (!hunt->candidates)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++)
                hunt->candidates[i] = &refusals->items.items[i];
        qsort(hunt->candidates, count, sizeof(*hunt->candidates), compare_candidates);
        for (size_t i = 0; i < count; i++)
                if (kept == 0 || !feature_equal(hunt->candidates[kept - 1]->feature,
                                         hunt->candidates[i]->feature))
                        hunt->candidates[kept++] = hunt->candidates[i];
        hunt->size = kept;
        return 0;
}

int culprits_find(struct subject *subject, const struct refusals *refusals, struct culprits *ret,
        struct error *error)
{
        CLEANUP_HUNT struct hunt hunt = {.subject = subject};
        CLEANUP_FREE bool *members = calloc(refusals->items.count + 1, sizeof(bool));
        CLEANUP_CULPRITS struct culprits found = {};
        struct mode_result all;
        bool fails, minimal;
        int r;

        r = members ? find_candidates(&hunt, refusals) : -ENOMEM;
        if (r < 0)
                return error_errno(error, -r, "looking for culprits");
        *ret = (struct culprits){};
        if (hunt.size == 0)
                return 0;
        executor_begin_phase(subject->executor, PHASE_CULPRITS, 0);
        memset(members, true, hunt.size * sizeof(bool));
        r = try_one(&hunt, members, CARE_CHECK, &all, error);
        if (r != 0 || all.works)
                return r;
        hunt.waits = trial_ran_out_of_time(all.outcome);
        r = narrow(&hunt, members, &fails, &minimal, error);
        if (r != 0 || !fails)
                return r;
        found.confirmed = minimal;
        if (keep(&hunt, members, &found) < 0)
                return error_errno(error, ENOMEM, "looking for culprits");
        *ret = found;
        found = (struct culprits){};
        return 0;
}
