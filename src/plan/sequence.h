/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * An order of jobs, its objective, and the search for a better one by taking a job out and putting
 * it in elsewhere. What a job changes by its place is found without going through the others'
 * demands: a feature is implemented at the first turn of a job that requires it, or at the later of
 * the first turns of one that needs it stubbed and of one that needs it faked.
 */

#include "plan/jobs.h"

struct sequence;

/* Owned by the caller; the jobs must outlive it. Returns 0 or -ENOMEM. */
int sequence_new(const struct jobs *jobs, struct sequence **ret);

struct sequence *sequence_free(struct sequence *sequence);
DEFINE_CLEANUP(struct sequence *, sequence_free)
#define CLEANUP_SEQUENCE CLEANUP(sequence_freep)

/* Takes the order over. Costs as many steps as there are demands. */
void sequence_set(struct sequence *sequence, const uint32_t *order);

/* Jobs by their turn; belongs to the sequence. */
const uint32_t *sequence_order(const struct sequence *sequence);

/* Sum of weight times cost spent until a job has had its turn, that included. */
unsigned __int128 sequence_objective(const struct sequence *sequence);

/*
 * Moves single jobs until none can be moved to advantage, or until the steps, which are counted
 * down, are used up.
 */
void sequence_improve(struct sequence *sequence, int64_t *steps);
