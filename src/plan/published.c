/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The algorithm of the published prototype, made deterministic: next comes the application that
 * needs the fewest calls not yet implemented, the first of equals. Its calls are implemented; what
 * else it uses is stubbed (also what may be either) or faked, unless that was done before, or it is
 * implemented. What is stubbed for one and faked for another is both: the treatments contradict one
 * another, which is what plan_greedy() mends. Applications that need nothing to be implemented at
 * the start count as working, whatever they want stubbed; those that need nothing new at all join
 * the next step. Joint sets are not looked at: the prototype had none.
 */
#include "plan/order.h"

#include <errno.h>

#include "plan/queue.h"
#include "plan/state.h"

struct published {
        const struct plan_problem *problem;
        struct users users;
        struct queue *queue;
        bool *implemented, *stubbed, *faked; /* by feature */
        uint32_t *missing;                   /* by application: calls to implement */
};

static void published_clear(struct published *published)
{
        users_clear(&published->users);
        queue_free(published->queue);
        free(published->implemented);
        free(published->stubbed);
        free(published->faked);
        free(published->missing);
}

static int published_init(const struct plan_problem *problem, struct published *published)
{
        size_t features = problem->limit + 1, applications = problem->application_count + 1;
        int r;

        published->problem = problem;
        r = users_init(problem, &published->users);
        if (r < 0)
                return r;
        published->queue = queue_new(applications);
        published->implemented = calloc(features, sizeof(*published->implemented));
        published->stubbed = calloc(features, sizeof(*published->stubbed));
        published->faked = calloc(features, sizeof(*published->faked));
        published->missing = calloc(applications, sizeof(*published->missing));
        if (!published->queue || !published->implemented || !published->stubbed ||
                !published->faked || !published->missing)
                return -ENOMEM;
        for (unsigned feature = 0; feature < problem->limit; feature++) {
                published->implemented[feature] = problem->initial[feature] == TREATMENT_IMPLEMENT;
                published->stubbed[feature] = problem->initial[feature] == TREATMENT_STUB;
                published->faked[feature] = problem->initial[feature] == TREATMENT_FAKE;
        }
        return 0;
}

static void enqueue(struct published *published, uint32_t application)
{
        queue_set(published->queue, application,
                (struct queue_key){.cost = published->missing[application]});
}

/* Counts what each lacks; what lacks nothing works, the rest is queued. */
static int find_initial(struct published *published, struct plan *plan)
{
        const struct plan_problem *problem = published->problem;
        const struct finding *finding;
        uint32_t *initial;

        for (uint32_t i = 0; i < problem->application_count; i++) {
                vector_for_each(finding, &problem->applications[i].findings.items)
                        published->missing[i] += verdict_needs_implementing(finding->verdict) &&
                                                 !published->implemented[finding->feature];
                if (published->missing[i] > 0) {
                        enqueue(published, i);
                        continue;
                }
                initial = vector_add(&plan->initial);
                if (!initial)
                        return -ENOMEM;
                *initial = i;
        }
        return 0;
}

/* Only applications in the queue lack anything. */
static void implement(struct published *published, uint32_t feature)
{
        const struct use *use;

        published->implemented[feature] = true;
        users_for_each(use, &published->users, feature)
        {
                if (!verdict_needs_implementing(use->verdict))
                        continue;
                published->missing[use->application]--;
                enqueue(published, use->application);
        }
}

/* What is new about one call of an application. Returns 0 or -ENOMEM. */
static int treat(struct published *published, const struct finding *finding, struct plan_step *step)
{
        uint32_t feature = finding->feature, *added;

        if (published->implemented[feature])
                return 0;
        if (verdict_needs_implementing(finding->verdict)) {
                added = vector_add(&step->implement);
                implement(published, feature);
        } else if (finding->verdict == VERDICT_FAKE) {
                if (published->faked[feature])
                        return 0;
                added = vector_add(&step->fake);
                published->faked[feature] = true;
        } else {
                if (published->stubbed[feature])
                        return 0;
                added = vector_add(&step->stub);
                published->stubbed[feature] = true;
        }
        if (!added)
                return -ENOMEM;
        *added = feature;
        return 0;
}

/* The step of the next application, or that of the one before where nothing is new about it. */
static int serve(struct published *published, uint32_t application, struct plan_step *step)
{
        const struct finding *finding;
        uint32_t *added;
        int r = 0;

        added = vector_add(&step->applications);
        if (!added)
                return -ENOMEM;
        *added = application;
        vector_for_each(finding, &published->problem->applications[application].findings.items)
                if (r == 0)
                        r = treat(published, finding, step);
        queue_remove(published->queue, application);
        return r;
}

static bool has_changes(const struct plan_step *step)
{
        return step->implement.count + step->stub.count + step->fake.count > 0;
}

/* What joined a next step that there is none of works since the last one. Returns 0 or -ENOMEM. */
static int join_last(struct plan *plan)
{
        struct plan_step *last = &plan->steps.items[plan->steps.count - 1];
        uint32_t *added, *application;

        if (plan->steps.count < 2 || has_changes(last))
                return 0;
        vector_for_each(application, &last->applications) {
                added = vector_add(&last[-1].applications);
                if (!added)
                        return -ENOMEM;
                *added = *application;
        }
        vector_clear(&last->applications);
        plan->steps.count--;
        return 0;
}

static int make_steps(struct published *published, struct plan *plan)
{
        struct plan_step *step = NULL;
        uint32_t next;
        int r = 0;

        while (r == 0 && queue_take(published->queue, &next)) {
                if (!step || has_changes(step))
                        step = vector_add(&plan->steps);
                if (!step)
                        return -ENOMEM;
                r = serve(published, next, step);
        }
        if (r == 0 && step)
                r = join_last(plan);
        return r;
}

int plan_published(const struct plan_problem *problem, struct plan *plan)
{
        CLEANUP(published_clear) struct published published = {};
        int r;

        r = published_init(problem, &published);
        if (r == 0)
                r = find_initial(&published, plan);
        if (r == 0)
                r = make_steps(&published, plan);
        return r;
}
