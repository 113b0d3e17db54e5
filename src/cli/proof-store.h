/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Proofs on their way into the database. */

#include "proof/proof.h"
#include "proof/steps.h"
#include "store/store.h"

/*
 * Stores what was seen of each application on the system, bare and with help, and what was learnt
 * of conflicts: of joint conflicts and fallbacks that were refused. Returns 0 or -errno.
 */
int proof_store(struct store *store, const struct os_proof *proof, struct error *error);

/* The same of a plan's proof: each application at each step, and the lessons. */
int plan_proof_store(struct store *store, const struct plan_proof *proof, struct error *error);
