/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/users.h"

#include <errno.h>

/* Counts into `starts`, one place behind, and makes sums of the counts: starts[n] is then where the
 * items of n begin. */
static void sum_up(size_t *starts, size_t count)
{
        for (size_t i = 0; i < count; i++)
                starts[i + 1] += starts[i];
}

/* While filling, starts[n] runs from the begin of n to its end, the begin of n + 1. */
static void move_back(size_t *starts, size_t count)
{
        for (size_t i = count; i > 0; i--)
                starts[i] = starts[i - 1];
        starts[0] = 0;
}

static void count_uses(const struct plan_problem *problem, struct users *users)
{
        const struct plan_application *application;
        const struct finding *finding;

        for (size_t i = 0; i < problem->application_count; i++) {
                application = &problem->applications[i];
                vector_for_each(finding, &application->findings.items)
                        users->use_starts[finding->feature + 1]++;
                for (size_t c = 0; c < application->conflict_count; c++)
                        for (size_t m = 0; m < application->conflicts[c].numbers.count; m++)
                                users->membership_starts
                                        [application->conflicts[c].numbers.items[m] + 1]++;
                users->conflict_starts[i + 1] = application->conflict_count;
        }
        sum_up(users->use_starts, problem->limit);
        sum_up(users->membership_starts, problem->limit);
        sum_up(users->conflict_starts, problem->application_count);
}

static void fill_memberships(const struct plan_problem *problem, size_t place, struct users *users)
{
        const struct plan_application *application = &problem->applications[place];
        const struct feature_numbers *conflict;

        for (size_t c = 0; c < application->conflict_count; c++) {
                conflict = &application->conflicts[c];
                for (size_t m = 0; m < conflict->numbers.count; m++)
                        users->memberships[users->membership_starts[conflict->numbers.items[m]]++] =
                                (struct membership){
                                        .application = place,
                                        .conflict = users->conflict_starts[place] + c,
                                };
        }
}

static void fill(const struct plan_problem *problem, struct users *users)
{
        const struct finding *finding;

        for (size_t i = 0; i < problem->application_count; i++) {
                vector_for_each(finding, &problem->applications[i].findings.items)
                        users->uses[users->use_starts[finding->feature]++] = (struct use){
                                .application = i,
                                .verdict = finding->verdict,
                        };
                fill_memberships(problem, i, users);
        }
        move_back(users->use_starts, problem->limit);
        move_back(users->membership_starts, problem->limit);
}

int users_init(const struct plan_problem *problem, struct users *ret)
{
        CLEANUP_USERS struct users users = {};

        if (problem->application_count >= USERS_APPLICATIONS_MAX)
                return -E2BIG;
        users.use_starts = calloc(problem->limit + 1, sizeof(*users.use_starts));
        users.membership_starts = calloc(problem->limit + 1, sizeof(*users.membership_starts));
        users.conflict_starts =
                calloc(problem->application_count + 1, sizeof(*users.conflict_starts));
        if (!users.use_starts || !users.membership_starts || !users.conflict_starts)
                return -ENOMEM;
        count_uses(problem, &users);
        /* One more than needed, so that none is no special case. */
        users.uses = reallocarray(NULL, users.use_starts[problem->limit] + 1, sizeof(*users.uses));
        users.memberships = reallocarray(
                NULL, users.membership_starts[problem->limit] + 1, sizeof(*users.memberships));
        if (!users.uses || !users.memberships)
                return -ENOMEM;
        fill(problem, &users);
        *ret = users;
        users = (struct users){};
        return 0;
}

void users_clear(struct users *users)
{
        free(users->use_starts);
        free(users->uses);
        free(users->membership_starts);
        free(users->memberships);
        free(users->conflict_starts);
        *users = (struct users){};
}
