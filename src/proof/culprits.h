/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Why a program does not work on an operating system: the smallest set of what it asked for in vain
 * that fails when just that is withheld, and all else allowed.
 */

#include "dataset/lesson.h"
#include "proof/subject.h"

struct culprits {
        VECTOR(struct refusal) items; /* in feature order; `object` is owned */
        bool confirmed;               /* failed by CARE_PROOF with these withheld, and nothing else;
                                         and each set with one less worked, when it was checked */
};

void culprits_clear(struct culprits *culprits);
#define CLEANUP_CULPRITS CLEANUP(culprits_clear)

/*
 * `refusals` is what the subject was refused when it failed. Delta debugging (search/minimise.h)
 * over the refusals: on guesses first, and where the result does not stand up to a proof, again
 * with every answer checked. Returns 0, EXECUTOR_INTERRUPTED or -errno. `ret` is to be cleared by
 * the caller; `ret->items` is empty where everything works with nothing but the refusals withheld:
 * then the failure is one of chance, or of a kind that cannot be attributed.
 */
int culprits_find(struct subject *subject, const struct refusals *refusals, struct culprits *ret,
        struct error *error);

/* What they teach about an application (dataset/lesson.h): `ret` is empty, and to be cleared by the
 * caller in any case. Returns 0 or -ENOMEM. */
int culprits_lesson(const struct culprits *culprits, const char *application, struct lesson *ret);

/* The policy that withholds the culprits and nothing else; owned by the caller. 0 or -ENOMEM. */
int culprits_policy(const struct culprits *culprits, struct policy **ret);
