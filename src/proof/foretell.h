/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What verdicts say of an application on a system, by the rules that plans go by (plan/plan.h). In
 * one thing a bare system differs from the start of a plan: what is missing there fails with ENOSYS
 * and so is as good as stubbed.
 */

#include "proof/proof.h"

struct foretell_options {
        const struct collection *measured; /* or NULL */
        const struct os_model *model;
        const struct profile *profile; /* that the model was made of, with these */
        bool equivalents, partial_is_missing;
};

/*
 * Of several results of the application the last of a workload of the same name and kind counts, of
 * that very executable if there is one; where there is none, the last of each kind together.
 * Results about some features only (analyze --only) do not count. Returns 0 or -ENOMEM; `ret` is to
 * be cleared by the caller in any case.
 */
int foretell(const struct foretell_options *options, const struct subject *subject,
        struct foretelling *ret);

void foretelling_clear(struct foretelling *foretelling);

/* What is known of the feature, or NULL: the application was not seen to use it. */
const struct finding *foretelling_find(
        const struct foretelling *foretelling, struct feature feature);

/* Adds a copy behind the last. Returns 0 or -ENOMEM. */
int features_add(struct features *features, struct feature feature);
void features_clear(struct features *features);
