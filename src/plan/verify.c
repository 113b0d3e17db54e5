/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Written without the code that makes plans, so that it does not share its faults.
 */
#include "plan/plan.h"

#include <errno.h>
#include <string.h>

#include "plan/users.h"

static const char *const participles[] = {
        [TREATMENT_NONE] = "not there",
        [TREATMENT_STUB] = "stubbed",
        [TREATMENT_FAKE] = "faked",
        [TREATMENT_IMPLEMENT] = "implemented",
};

struct inspection {
        const struct plan_problem *problem;
        struct users users;
        enum treatment *treatments; /* by feature */
        size_t *since;              /* by application: the step it works since, from 1 on; SIZE_MAX
                                       for those that are not promised yet */
        size_t step;                /* the one looked at, 0: the start */
        struct error *error;
};

static void inspection_clear(struct inspection *inspection)
{
        users_clear(&inspection->users);
        free(inspection->treatments);
        free(inspection->since);
}

static int refuse(const struct inspection *inspection, uint32_t application, uint32_t feature,
        enum verdict verdict)
{
        char name[FEATURE_NAME_MAX];

        return error_set(inspection->error, EINVAL, "step %zu: %s does not work: %s is %s (%s)",
                inspection->step, inspection->problem->applications[application].name,
                feature_name(catalogue_feature(inspection->problem->catalogue, feature), name),
                participles[inspection->treatments[feature]], verdict_name(verdict));
}

static bool works(enum treatment treatment, enum verdict verdict)
{
        if (treatment == TREATMENT_IMPLEMENT)
                return true;
        if (verdict == VERDICT_EITHER)
                return treatment != TREATMENT_NONE;
        return (verdict == VERDICT_STUB && treatment == TREATMENT_STUB) ||
               (verdict == VERDICT_FAKE && treatment == TREATMENT_FAKE);
}

static int check_conflicts(const struct inspection *inspection, uint32_t place)
{
        const struct plan_application *application = &inspection->problem->applications[place];
        const struct feature_numbers *conflict;
        bool met;

        for (size_t c = 0; c < application->conflict_count; c++) {
                conflict = &application->conflicts[c];
                met = conflict->numbers.count == 0;
                for (size_t m = 0; m < conflict->numbers.count; m++)
                        met |= inspection->treatments[conflict->numbers.items[m]] ==
                               TREATMENT_IMPLEMENT;
                if (!met)
                        return error_set(inspection->error, EINVAL,
                                "step %zu: %s does not work: its conflict %zu is left out whole",
                                inspection->step, application->name, c);
        }
        return 0;
}

/* Applications that are promised by this step: everything about them. */
static int check_promises(
        const struct inspection *inspection, const uint32_t *applications, size_t count)
{
        const struct finding *finding;
        int r;

        for (size_t i = 0; i < count; i++) {
                if (applications[i] >= inspection->problem->application_count)
                        return error_set(inspection->error, EINVAL,
                                "step %zu: there is no application %u", inspection->step,
                                applications[i]);
                if (inspection->since[applications[i]] != SIZE_MAX)
                        return error_set(inspection->error, EINVAL,
                                "step %zu: %s is promised twice", inspection->step,
                                inspection->problem->applications[applications[i]].name);
                inspection->since[applications[i]] = inspection->step;
                vector_for_each(
                        finding, &inspection->problem->applications[applications[i]].findings.items)
                        if (!works(inspection->treatments[finding->feature], finding->verdict))
                                return refuse(inspection, applications[i], finding->feature,
                                        finding->verdict);
                r = check_conflicts(inspection, applications[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Those that were promised before: what has changed. Conflicts that are met remain so. */
static int check_feature(const struct inspection *inspection, uint32_t feature)
{
        const struct use *use;

        users_for_each(use, &inspection->users, feature)
        {
                if (inspection->since[use->application] != SIZE_MAX &&
                        !works(inspection->treatments[feature], use->verdict))
                        return refuse(inspection, use->application, feature, use->verdict);
        }
        return 0;
}

static int treat(struct inspection *inspection, const uint32_t *features, size_t count,
        enum treatment treatment)
{
        enum treatment before;
        char name[FEATURE_NAME_MAX];

        for (size_t i = 0; i < count; i++) {
                if (features[i] >= inspection->problem->limit)
                        return error_set(inspection->error, EINVAL,
                                "step %zu: there is no feature %u", inspection->step, features[i]);
                before = inspection->treatments[features[i]];
                if (before == treatment || before == TREATMENT_IMPLEMENT)
                        return error_set(inspection->error, EINVAL,
                                "step %zu: %s is to be %s, and is %s", inspection->step,
                                feature_name(catalogue_feature(
                                                     inspection->problem->catalogue, features[i]),
                                        name),
                                participles[treatment], participles[before]);
                inspection->treatments[features[i]] = treatment;
        }
        return 0;
}

static int check_step(struct inspection *inspection, const struct plan_step *step)
{
        const uint32_t *feature;
        int r;

        r = treat(inspection, step->implement.items, step->implement.count, TREATMENT_IMPLEMENT);
        if (r == 0)
                r = treat(inspection, step->stub.items, step->stub.count, TREATMENT_STUB);
        if (r == 0)
                r = treat(inspection, step->fake.items, step->fake.count, TREATMENT_FAKE);
        vector_for_each(feature, &step->stub)
                if (r == 0)
                        r = check_feature(inspection, *feature);
        vector_for_each(feature, &step->fake)
                if (r == 0)
                        r = check_feature(inspection, *feature);
        if (r == 0)
                r = check_promises(inspection, step->applications.items, step->applications.count);
        return r;
}

static int check_all(struct inspection *inspection, const struct plan *plan)
{
        const struct plan_step *step;
        int r;

        r = check_promises(inspection, plan->initial.items, plan->initial.count);
        vector_for_each(step, &plan->steps) {
                inspection->step++;
                if (r == 0 && step->applications.count == 0)
                        r = error_set(inspection->error, EINVAL,
                                "step %zu makes no application work", inspection->step);
                if (r == 0)
                        r = check_step(inspection, step);
        }
        for (size_t i = 0; r == 0 && i < inspection->problem->application_count; i++)
                if (inspection->since[i] == SIZE_MAX)
                        r = error_set(inspection->error, EINVAL, "%s never works",
                                inspection->problem->applications[i].name);
        return r;
}

int plan_verify(const struct plan_problem *problem, const struct plan *plan, struct error *error)
{
        CLEANUP(inspection_clear)
        struct inspection inspection = {.problem = problem, .error = error};
        int r;

        r = users_init(problem, &inspection.users);
        if (r < 0)
                return r;
        inspection.treatments = calloc(problem->limit + 1, sizeof(*inspection.treatments));
        inspection.since = malloc((problem->application_count + 1) * sizeof(*inspection.since));
        if (!inspection.treatments || !inspection.since)
                return -ENOMEM;
        memcpy(inspection.treatments, problem->initial,
                problem->limit * sizeof(*inspection.treatments));
        for (size_t i = 0; i < problem->application_count; i++)
                inspection.since[i] = SIZE_MAX;
        return check_all(&inspection, plan);
}
