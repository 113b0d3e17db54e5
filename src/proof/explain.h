/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Why an application fares otherwise than was foretold. */

#include "proof/proof.h"

/*
 * Fills in the culprits, where it fails and was not foretold to (or `always`), the disagreement and
 * its evidence. `model` is the system on which the refusals of the proof were met. What is tried
 * for that is journalled as all runs are. Returns 0, EXECUTOR_INTERRUPTED or -errno.
 */
int explain(struct subject *subject, const struct os_model *model, bool always,
        struct application_proof *proof, struct error *error);
