/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Which applications use a feature: the findings of a problem, turned round. */

#include "plan/plan.h"

#define USERS_APPLICATIONS_MAX (1u << 29)

struct use {
        uint32_t application : 29; /* its place in the problem */
        uint32_t verdict : 3;      /* enum verdict */
};

/* A conflict that a feature is a member of. */
struct membership {
        uint32_t application; /* its place in the problem */
        uint32_t conflict;    /* counted over all applications: see struct users */
};

struct users {
        size_t *use_starts;        /* by feature, one more than there are: where its uses begin */
        struct use *uses;          /* of one feature in the order of the applications */
        size_t *membership_starts; /* the same of memberships */
        struct membership *memberships;
        size_t *conflict_starts; /* by application, one more than there are: conflicts before it */
};

/* `ret` is to be cleared by the caller. Returns 0, -ENOMEM, or -E2BIG for too many applications. */
int users_init(const struct plan_problem *problem, struct users *ret);

void users_clear(struct users *users);
#define CLEANUP_USERS CLEANUP(users_clear)

#define users_for_each(use, users, feature)                          \
        for ((use) = (users)->uses + (users)->use_starts[(feature)]; \
                (use) < (users)->uses + (users)->use_starts[(feature) + 1]; (use)++)

#define users_for_each_membership(membership, users, feature)                                    \
        for ((membership) = (users)->memberships + (users)->membership_starts[(feature)];        \
                (membership) < (users)->memberships + (users)->membership_starts[(feature) + 1]; \
                (membership)++)
