/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof/foretell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "plan/plan.h"

int features_add(struct features *features, struct feature feature)
{
        struct feature *added = vector_add(&features->items);

        if (!added)
                return -ENOMEM;
        *added = feature;
        return 0;
}

void features_clear(struct features *features)
{
        vector_clear(&features->items);
}

void foretelling_clear(struct foretelling *foretelling)
{
        struct features *conflict;

        vector_for_each(conflict, &foretelling->conflicts)
                features_clear(conflict);
        vector_clear(&foretelling->conflicts);
        features_clear(&foretelling->missing);
        features_clear(&foretelling->stubs);
        features_clear(&foretelling->fakes);
        foretelling->verdicts = collection_free(foretelling->verdicts);
}

const struct finding *foretelling_find(
        const struct foretelling *foretelling, struct feature feature)
{
        int number;

        if (!foretelling->verdicts)
                return NULL;
        number = catalogue_find(foretelling->verdicts->catalogue, &feature);
        return number < 0 ? NULL
                          : findings_find(&foretelling->verdicts->datasets.items[0].findings,
                                    (unsigned)number);
}

/* An analysis does not know the executable where the workload itself makes it; others do not tell
 * it. */
static bool is_same_build(const struct dataset *dataset, const struct subject *subject)
{
        return string_equal(dataset->executable_digest, subject->executable_digest) &&
               (dataset->executable_digest || strcmp(dataset->origin, "analysis") == 0);
}

/* A result about some features only does not tell what else is used. */
static bool is_usable(const struct dataset *dataset, const struct subject *subject)
{
        return strcmp(dataset->application, subject->name) == 0 && !dataset->partial;
}

/* Of the results about the very workload the last; one about the very executable before others. */
static const struct dataset *find_exact(
        const struct collection *measured, const struct subject *subject)
{
        const struct workload *workload = subject->options.workload;
        const struct dataset *dataset, *found = NULL;

        vector_for_each(dataset, &measured->datasets) {
                if (!is_usable(dataset, subject) || dataset->kind != workload->kind ||
                        strcmp(dataset->workload, workload->name) != 0)
                        continue;
                if (!found || is_same_build(dataset, subject) || !is_same_build(found, subject))
                        found = dataset;
        }
        return found;
}

/* Adds a dataset that still belongs to the collection it is from. Returns 0 or -ENOMEM. */
static int lend(const struct dataset *dataset, struct collection *ret)
{
        struct dataset *lent = vector_add(&ret->datasets);

        if (!lent)
                return -ENOMEM;
        *lent = *dataset;
        return 0;
}

/* The last result about each kind of workload: none that can be used follows it. */
static bool is_last(const struct collection *measured, const struct subject *subject,
        const struct dataset *dataset)
{
        const struct dataset *end = measured->datasets.items + measured->datasets.count;

        for (const struct dataset *next = dataset + 1; next < end; next++)
                if (is_usable(next, subject) && next->kind == dataset->kind)
                        return false;
        return true;
}

static int lend_all(
        const struct collection *measured, const struct subject *subject, struct collection *ret)
{
        const struct dataset *dataset;
        int r = 0;

        vector_for_each(dataset, &measured->datasets)
                if (r == 0 && is_usable(dataset, subject) && is_last(measured, subject, dataset))
                        r = lend(dataset, ret);
        return r;
}

/* What all results that are chosen have in common; `*ret_divided` as in struct plan_options. */
static void look_at_chosen(const struct collection *chosen, const struct subject *subject,
        struct foretelling *ret, bool *ret_divided)
{
        const struct dataset *dataset;

        ret->same_build = *ret_divided = true;
        vector_for_each(dataset, &chosen->datasets) {
                ret->same_build &= is_same_build(dataset, subject);
                *ret_divided &=
                        findings_tell(chosen->catalogue, &dataset->findings, FEATURE_SUBFEATURE);
        }
}

/* The verdicts that are about the subject, as one dataset; none where nobody measured it. */
static int choose(const struct collection *measured, const struct subject *subject,
        struct foretelling *ret, bool *ret_divided)
{
        struct collection chosen = {
                .catalogue = measured->catalogue,
                .applications = measured->applications,
        };
        const struct dataset *exact = find_exact(measured, subject);
        int r;

        ret->same_workload = exact != NULL;
        r = exact ? lend(exact, &chosen) : lend_all(measured, subject, &chosen);
        look_at_chosen(&chosen, subject, ret, ret_divided);
        if (r == 0 && chosen.datasets.count > 0)
                r = collection_merge_applications(&chosen, &ret->verdicts);
        /* What the datasets own is still the other collection's. */
        vector_clear(&chosen.datasets);
        return r;
}

/* How the system treats a feature that the application uses. */
struct use {
        struct feature feature;
        enum verdict verdict;
        enum treatment treatment;
};

static struct use look_up(const struct foretell_options *options,
        const struct plan_problem *problem, const struct finding *finding)
{
        struct use use = {
                .feature = catalogue_feature(problem->catalogue, finding->feature),
                .verdict = finding->verdict,
        };

        use.treatment = os_model_treatment(options->model, use.feature);
        return use;
}

/* True for a value of a call that is not there as a whole: what becomes of that decides. */
static bool goes_with_its_call(const struct foretell_options *options,
        const struct plan_problem *problem, struct feature feature)
{
        struct feature call;
        int number;

        if (feature.kind != FEATURE_SUBFEATURE)
                return false;
        call = feature_call(feature);
        number = catalogue_find(problem->catalogue, &call);
        return number >= 0 && findings_find(&problem->applications[0].findings, (unsigned)number) &&
               os_model_treatment(options->model, call) != TREATMENT_IMPLEMENT;
}

/* Notes what has to be done about the feature, if anything. */
static int judge(const struct use *use, struct foretelling *ret)
{
        if (use->treatment == TREATMENT_IMPLEMENT)
                return 0;
        switch (use->verdict) {
        case VERDICT_EITHER:
                return 0;
        case VERDICT_STUB:
                return use->treatment == TREATMENT_FAKE ? features_add(&ret->stubs, use->feature)
                                                        : 0;
        case VERDICT_FAKE:
                return use->treatment == TREATMENT_FAKE ? 0
                                                        : features_add(&ret->fakes, use->feature);
        case VERDICT_REQUIRED:
        case VERDICT_UNTESTED:
        case VERDICT_COUNT:
                break;
        }
        return features_add(&ret->missing, use->feature);
}

static int judge_conflict(const struct foretell_options *options,
        const struct plan_problem *problem, const struct feature_numbers *conflict,
        struct foretelling *ret)
{
        struct features *added;
        struct feature feature;
        int r = 0;

        for (size_t i = 0; i < conflict->numbers.count; i++) {
                feature = catalogue_feature(problem->catalogue, conflict->numbers.items[i]);
                if (os_model_treatment(options->model, feature) == TREATMENT_IMPLEMENT)
                        return 0;
        }
        added = vector_add(&ret->conflicts);
        if (!added)
                return -ENOMEM;
        for (size_t i = 0; r == 0 && i < conflict->numbers.count; i++)
                r = features_add(
                        added, catalogue_feature(problem->catalogue, conflict->numbers.items[i]));
        return r;
}

static void sort_features(struct features *features)
{
        if (features->items.count > 0)
                qsort(features->items.items, features->items.count, sizeof(*features->items.items),
                        feature_compare);
}

static int judge_all(const struct foretell_options *options, const struct plan_problem *problem,
        struct foretelling *ret)
{
        const struct plan_application *application = &problem->applications[0];
        const struct finding *finding;
        struct features *conflict;
        struct use use;
        int r = 0;

        vector_for_each(finding, &application->findings.items) {
                use = look_up(options, problem, finding);
                if (r == 0 && !goes_with_its_call(options, problem, use.feature))
                        r = judge(&use, ret);
        }
        for (size_t i = 0; r == 0 && i < application->conflict_count; i++)
                r = judge_conflict(options, problem, &application->conflicts[i], ret);
        sort_features(&ret->missing);
        sort_features(&ret->stubs);
        sort_features(&ret->fakes);
        vector_for_each(conflict, &ret->conflicts)
                sort_features(conflict);
        return r;
}

int foretell(const struct foretell_options *options, const struct subject *subject,
        struct foretelling *ret)
{
        CLEANUP_PLAN_PROBLEM struct plan_problem *problem = NULL;
        bool divided = false;
        int r;

        *ret = (struct foretelling){.fate = FATE_UNKNOWN};
        r = options->measured ? choose(options->measured, subject, ret, &divided) : 0;
        if (r < 0 || !ret->verdicts)
                return r;
        const struct plan_options plan = {
                .profile = options->profile,
                .partial_is_missing = options->partial_is_missing,
                .equivalents = options->equivalents,
                .divided = &divided,
        };
        r = plan_problem_new(ret->verdicts, &plan, &problem, NULL);
        if (r == 0)
                r = judge_all(options, problem, ret);
        if (r < 0)
                return r;
        if (ret->missing.items.count > 0 || ret->conflicts.count > 0)
                ret->fate = FATE_FAILS;
        else if (ret->stubs.items.count > 0 || ret->fakes.items.count > 0)
                ret->fate = FATE_HELPED;
        else
                ret->fate = FATE_WORKS;
        return 0;
}
