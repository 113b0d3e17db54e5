/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * An operating system on paper: how it treats each feature, by its profile and by what a plan has
 * added to that. A program runs on it under the policy that the model is turned into.
 *
 * What a profile's words come to, for the calls of the native ABI:
 *
 *   supported         executed
 *   partial           executed; where the profile lists sub-features of the call that work, those
 *                     values only: a call is executed if, for each selector of which any value is
 *                     listed, it has listed values only
 *   fake              not executed, returns its success value
 *   stub, missing     not executed, fails with the errno that the profile states, else ENOSYS
 *
 * and the same for a sub-feature with an entry of its own. A call without an entry is missing: the
 * default of the policy is ENOSYS. Pseudo-files are all there unless the profile names some: then
 * the others are absent (ENOENT). See profile/coverage.h, whose rules these are. Calls of foreign
 * ABIs are not looked at by profiles, and stay allowed.
 *
 * With equivalents (plan/equivalents.h, data/equivalents.csv) what is missing but has one that
 * always stands for it is executed as it is; and one that does so for certain values only, for
 * these values.
 */

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "plan/plan.h"
#include "policy/policy.h"
#include "profile/profile.h"

struct os_model_options {
        const struct profile *profile; /* what the system has to begin with; NULL: nothing. Must
                                          outlive the model */
        bool partial_is_missing;       /* else what is partial counts as supported */
        bool equivalents;
};

struct os_model;

/* NULL when out of memory. The caller frees. */
struct os_model *os_model_new(const struct os_model_options *options);
struct os_model *os_model_copy(const struct os_model *model);
struct os_model *os_model_free(struct os_model *model);
DEFINE_CLEANUP(struct os_model *, os_model_free)
#define CLEANUP_OS_MODEL CLEANUP(os_model_freep)

/*
 * From now on the system treats the feature like this, whatever the profile says. TREATMENT_NONE:
 * it is missing. Returns 0 or -ENOMEM.
 */
int os_model_treat(struct os_model *model, struct feature feature, enum treatment treatment);

/*
 * How the system treats the feature, equivalents included (TREATMENT_IMPLEMENT where another stands
 * for it always).
 */
enum treatment os_model_treatment(const struct os_model *model, struct feature feature);

/* What a program meets there. Owned by the caller. Returns 0 or -ENOMEM. */
int os_model_policy(const struct os_model *model, struct policy **ret);
