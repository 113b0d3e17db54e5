/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof/proven.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NEVER SIZE_MAX

struct proving {
        const struct plan_problem *problem;
        const struct plan *plan;
        proof_lookup lookup;
        void *context;
        size_t *promised; /* by application: the step that promises it; 0: the start */
        size_t *proven;   /* by application: the step from which on it is proven, or NEVER */
        int *found;       /* by application: what the lookup said at the present step */
        bool skipped;     /* nobody was tried at the step before */
        struct error *error;
};

static void proving_clear(struct proving *proving)
{
        free(proving->promised);
        free(proving->proven);
        free(proving->found);
}

void proven_plan_clear(struct proven_plan *plan)
{
        struct plan_step *step;

        vector_for_each(step, &plan->plan.steps) {
                vector_clear(&step->applications);
                vector_clear(&step->implement);
                vector_clear(&step->stub);
                vector_clear(&step->fake);
        }
        vector_clear(&plan->plan.steps);
        vector_clear(&plan->plan.initial);
        vector_clear(&plan->unproven);
}

static int treat(const struct proving *proving, struct os_model *model, const uint32_t *numbers,
        size_t count, enum treatment treatment)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < count; i++)
                r = os_model_treat(model,
                        catalogue_feature(proving->problem->catalogue, numbers[i]), treatment);
        return r;
}

static int take_step(
        const struct proving *proving, struct os_model *model, const struct plan_step *step)
{
        int r = treat(
                proving, model, step->implement.items, step->implement.count, TREATMENT_IMPLEMENT);

        if (r == 0)
                r = treat(proving, model, step->stub.items, step->stub.count, TREATMENT_STUB);
        return r < 0 ? r
                     : treat(proving, model, step->fake.items, step->fake.count, TREATMENT_FAKE);
}

/* Asks about everything that is promised by then. `*ret_tried`: something was tried. */
static int ask(struct proving *proving, const char *policy, size_t step, bool *ret_tried)
{
        int r;

        *ret_tried = false;
        for (size_t i = 0; i < proving->problem->application_count; i++) {
                if (proving->promised[i] > step)
                        continue;
                r = proving->lookup(i, policy, proving->context, proving->error);
                if (r < 0 && r != -ENOENT)
                        return r;
                proving->found[i] = r;
                *ret_tried |= r != -ENOENT;
        }
        return 0;
}

/*
 * What the step says of those that are promised by then. A step at which nothing was tried says
 * nothing by itself: it may lie behind the end of what was. Where one follows at which something
 * was, nobody is proven to have worked all the while.
 */
static int look_up(struct proving *proving, const struct os_model *model, size_t step)
{
        CLEANUP_POLICY struct policy *policy = NULL;
        CLEANUP_FREE char *text = NULL;
        bool tried;
        int r = os_model_policy(model, &policy);

        if (r == 0)
                text = policy_text(policy);
        if (!text)
                return error_errno(proving->error, ENOMEM, "looking for proofs");
        r = ask(proving, text, step, &tried);
        for (size_t i = 0; r == 0 && tried && i < proving->problem->application_count; i++) {
                if (proving->promised[i] > step)
                        continue;
                if (proving->found[i] <= 0)
                        proving->proven[i] = NEVER;
                else if (proving->proven[i] == NEVER || proving->skipped)
                        proving->proven[i] = step;
        }
        proving->skipped = !tried;
        return r;
}

static int look_up_all(struct proving *proving, const struct os_model_options *system)
{
        CLEANUP_OS_MODEL struct os_model *model = os_model_new(system);
        const struct plan_step *step;
        size_t number = 0;
        int r = model ? look_up(proving, model, 0) : -ENOMEM;

        vector_for_each(step, &proving->plan->steps) {
                if (r == 0 && take_step(proving, model, step) < 0)
                        r = error_errno(proving->error, ENOMEM, "looking for proofs");
                if (r == 0)
                        r = look_up(proving, model, ++number);
        }
        return r;
}

static int prepare(struct proving *proving)
{
        const size_t count = proving->problem->application_count;
        const struct plan_step *step;
        const uint32_t *place;
        size_t number = 0;

        proving->promised = calloc(count + 1, sizeof(*proving->promised));
        proving->proven = calloc(count + 1, sizeof(*proving->proven));
        proving->found = calloc(count + 1, sizeof(*proving->found));
        if (!proving->promised || !proving->proven || !proving->found)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++)
                proving->promised[i] = proving->proven[i] = NEVER;
        vector_for_each(place, &proving->plan->initial)
                proving->promised[*place] = 0;
        vector_for_each(step, &proving->plan->steps) {
                number++;
                vector_for_each(place, &step->applications)
                        proving->promised[*place] = number;
        }
        return 0;
}

/* The applications that are proven from a step on. */
static int add_applications(const struct proving *proving, size_t step, struct plan_step *to)
{
        uint32_t *added;

        for (size_t i = 0; i < proving->problem->application_count; i++) {
                if (proving->proven[i] != step)
                        continue;
                added = vector_add(&to->applications);
                if (!added)
                        return -ENOMEM;
                *added = (uint32_t)i;
        }
        return 0;
}

/* What a step does to a feature takes the place of what one before it did that is part of it now.
 */
static void forget(uint32_t *items, size_t *count, uint32_t number)
{
        size_t kept = 0;

        for (size_t i = 0; i < *count; i++)
                if (items[i] != number)
                        items[kept++] = items[i];
        *count = kept;
}

static int add_features(struct plan_step *to, const struct plan_step *from)
{
        const struct {
                const uint32_t *numbers;
                size_t count;
        } lists[] = {
                {from->implement.items, from->implement.count},
                {from->stub.items, from->stub.count},
                {from->fake.items, from->fake.count},
        };
        uint32_t *added;

        for (size_t list = 0; list < ARRAY_SIZE(lists); list++)
                for (size_t i = 0; i < lists[list].count; i++) {
                        forget(to->stub.items, &to->stub.count, lists[list].numbers[i]);
                        forget(to->fake.items, &to->fake.count, lists[list].numbers[i]);
                        added = list == 0   ? vector_add(&to->implement)
                                : list == 1 ? vector_add(&to->stub)
                                            : vector_add(&to->fake);
                        if (!added)
                                return -ENOMEM;
                        *added = lists[list].numbers[i];
                }
        return 0;
}

static void drop_last(struct plan *plan)
{
        struct plan_step *last = &plan->steps.items[--plan->steps.count];

        vector_clear(&last->applications);
        vector_clear(&last->implement);
        vector_clear(&last->stub);
        vector_clear(&last->fake);
}

/* The steps with the proven applications; `ret` is cleared by the caller where this fails, too. */
static int fill(const struct proving *proving, struct proven_plan *ret)
{
        const struct plan_step *from;
        struct plan_step initial = {}, *step = NULL;
        size_t number = 0;
        uint32_t *added;
        int r;

        r = add_applications(proving, 0, &initial);
        ret->plan.initial.items = initial.applications.items;
        ret->plan.initial.count = initial.applications.count;
        ret->plan.initial.capacity = initial.applications.capacity;
        vector_for_each(from, &proving->plan->steps) {
                if (r < 0)
                        break;
                if (!step || step->applications.count > 0)
                        step = vector_add(&ret->plan.steps);
                if (!step || add_features(step, from) < 0)
                        return -ENOMEM;
                r = add_applications(proving, ++number, step);
        }
        if (step && step->applications.count == 0)
                drop_last(&ret->plan);
        for (size_t i = 0; r == 0 && i < proving->problem->application_count; i++) {
                if (proving->proven[i] != NEVER)
                        continue;
                added = vector_add(&ret->unproven);
                if (!added)
                        return -ENOMEM;
                *added = (uint32_t)i;
        }
        vector_for_each(from, &ret->plan.steps)
                ret->plan.implemented += from->implement.count;
        return r;
}

int proven_plan_make(const struct plan_problem *problem, const struct plan *plan,
        const struct os_model_options *system, proof_lookup lookup, void *context,
        struct proven_plan *ret, struct error *error)
{
        CLEANUP_PROVEN_PLAN struct proven_plan proven = {};
        CLEANUP(proving_clear)
        struct proving proving = {
                .problem = problem,
                .plan = plan,
                .lookup = lookup,
                .context = context,
                .error = error,
        };
        int r;

        proven.plan.strategy = plan->strategy;
        proven.plan.objective = plan->objective;
        proven.plan.bound = plan->bound;
        if (prepare(&proving) < 0)
                return error_errno(error, ENOMEM, "looking for proofs");
        r = look_up_all(&proving, system);
        if (r < 0)
                return r;
        if (fill(&proving, &proven) < 0)
                return error_errno(error, ENOMEM, "looking for proofs");
        *ret = proven;
        proven = (struct proven_plan){};
        return 0;
}
