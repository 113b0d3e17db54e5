/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What leaving out each feature costs: the parts of the reports that `analyze --impact` adds. */

#include <jansson.h>
#include <stdio.h>

#include "report/terminal.h"
#include "search/analysis.h"

/* The member "impact" of loupe/analysis/1; NULL where it was not measured, or memory is out. */
json_t *impact_json(const struct impact_result *impact);

/*
 * A table with one line a feature and one column a metric: the change against the unmodified
 * program in percent, with an asterisk where it is flagged, "-" where it is not. Nothing where
 * nothing was measured. Returns 0 or -ENOMEM.
 */
int impact_text(const struct impact_result *impact, const struct palette *palette, FILE *stream);
