/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Signs of silent breakage: a workload passes with a feature left out, and yet the application says
 * or does what it never did unmodified. No run is made for it: the journal has all that is needed.
 *
 * - Lines of output that no unmodified run printed, in more than half of the runs without the
 *   feature. Numbers, times, addresses and names with digits in them are masked first.
 * - Volumes of file and network traffic outside of the range of the unmodified runs, in every run
 *   without the feature. The range of a dozen runs is narrower than what is normal: it is
 *   widened at both ends by the factor that lies between its ends, a quarter at least, which is
 * more than a probe or a message less makes out, and four times at most.
 *
 * These are hints. A verdict does not depend on them.
 */

#include "search/analysis.h"
#include "search/journal.h"

struct silent;

/* What the unmodified runs of the journal did, which must outlive it. Returns 0 or -ENOMEM. */
int silent_new(const struct journal *journal, struct silent **ret);
struct silent *silent_free(struct silent *silent);
DEFINE_CLEANUP(struct silent *, silent_free)
#define CLEANUP_SILENT CLEANUP(silent_freep)

/*
 * What was odd about the runs under that policy (policy_text()) that passed: sentences for people,
 * in `*ret`, owned by the caller; an empty list where nothing was. Returns 0 or -ENOMEM.
 */
int silent_warnings(const struct silent *silent, const char *policy, char ***ret);

/* Fills in the warnings of all modes that work. Returns 0 or -ENOMEM. */
int silent_check(const struct journal *journal, struct analysis *analysis);

/*
 * A line as it is compared, in place: every word with a digit in it becomes one "#", together with
 * the signs and further numbers that follow (times, addresses, versions), and so do the names of
 * months and days of the week; other than printable ASCII becomes "?".
 */
void silent_mask(char *line);
