/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What the strategies share: an order of applications, and what it costs. The steps of a plan
 * follow from the order in which applications are made to work.
 */

#include "plan/plan.h"

/* The strategies. Each fills steps and `initial` of an empty plan; the rest is plan_make()'s. */
int plan_published(const struct plan_problem *problem, struct plan *plan);
int plan_greedy(const struct plan_problem *problem, struct plan *plan);

/* Never worse than plan_greedy() by the objective. Fills the bound too. */
int plan_optimal(const struct plan_problem *problem, struct plan *plan);

/*
 * The steps of the plan that makes the applications work in the order given (places in the problem,
 * each once), with consistent treatments: each step takes the next application that does not work
 * yet, implements what it needs, and stubs or fakes the rest; others that work then join the step.
 * What is stubbed for one application and must be faked for another is faked where everyone
 * promised so far agrees, else implemented. Returns 0 or -ENOMEM.
 */
int plan_follow(const struct plan_problem *problem, const uint32_t *order, struct plan *plan);

/* The objective of a plan: see struct plan. */
unsigned __int128 plan_objective(const struct plan_problem *problem, const struct plan *plan);

/*
 * A lower bound of the objective of any plan (bound.c): of consistent ones, in which a feature has
 * one treatment at a time, or of those too that only implement what is required. Returns 0 or
 * -ENOMEM.
 */
int plan_bound(const struct plan_problem *problem, bool consistent, unsigned __int128 *ret);
