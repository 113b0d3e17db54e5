/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What an application asked for in vain in one run, and what is known of how it took that: a run
 * that works coped with all of it; of one that does not, what was refused last is suspected, and of
 * the rest nothing is known.
 */

#include <stdio.h>

#include "policy/refusals.h"
#include "report/report.h"
#include "run/outcome.h"

struct refusal_report {
        const char *program; /* "redis-server" */
        const char *os;      /* the profile's name; NULL: the policy is of no system */
        struct outcome outcome;
        double total; /* seconds from the launch until the outcome was certain */
        const struct refusals *refusals;
};

/* A table, in the order of the first times, and a line about the end. Returns 0 or -errno. */
int report_refusals_text(
        const struct refusal_report *report, const struct text_options *options, FILE *stream);

/* The document of schema loupe/refusals/1 (data/refusals.schema.json). Returns 0 or -errno. */
int report_refusals_json(const struct refusal_report *report, FILE *stream);

#define REFUSAL_SUSPECTS_MAX 3

struct refusal_suspect {
        size_t item;       /* a place in the items */
        double before_end; /* seconds */
        bool by_ended;     /* the process whose end was the run's was refused it */
        bool parting;      /* refusal_is_parting() */
};

/*
 * What was refused last before the end of a run that does not work: to the process whose end that
 * was; where that is a parting call, what it was refused last before; and what any other process
 * was refused after that. Returns how many.
 */
size_t refusal_suspects(
        const struct refusal_report *report, struct refusal_suspect ret[REFUSAL_SUSPECTS_MAX]);

/* "ENOSYS", "faked 0", "faked": what was answered. Writes to and returns `buffer`. */
#define REFUSAL_ANSWER_MAX 32
const char *refusal_answer(const struct refusal *refusal, char buffer[REFUSAL_ANSWER_MAX]);
