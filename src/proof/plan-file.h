/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A plan as a file: what `loupe plan --json` writes (schema loupe/plan/1, data/plan.schema.json),
 * or somebody has written or changed by hand. Read with the lines at which things stand, for
 * messages.
 */

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/vector.h"
#include "feature/feature.h"

struct written_feature {
        struct feature feature;
        unsigned line;
};

typedef VECTOR(struct written_feature) written_features;

struct written_application {
        char *name;
        unsigned line;
};

struct written_step {
        VECTOR(struct written_application) applications; /* that work from this step on */
        written_features implement, stub, fake;
        unsigned line;
};

struct written_plan {
        char *path;                  /* of the file, for messages */
        char *os;                    /* the name of the profile it starts from; NULL: nothing */
        char *strategy;              /* "greedy" */
        bool equivalents;            /* one call was let to stand for another: it says so */
        bool partial_is_missing;     /* so did what the profile has in part count: it says so */
        struct written_step initial; /* its applications work at once; nothing is changed by it */
        VECTOR(struct written_step) steps;
};

void written_step_clear(struct written_step *step);

/* `to` is empty, and to be cleared by the caller in any case. Returns 0 or -ENOMEM. */
int written_step_copy(const struct written_step *from, struct written_step *to);

/*
 * Reads and checks: the schema, names of features (also numbers of calls), and that the plan does
 * not contradict itself: a feature that is implemented is not treated anew, one is not stubbed and
 * faked by the same step nor twice in the same way, an application is promised once, a step
 * promises at least one. `ret` is to be cleared by the caller where it succeeds. Returns 0, or
 * -errno with a message that begins with "FILE:LINE: ".
 */
int plan_file_read(const char *path, struct written_plan *ret, struct error *error);
int plan_file_parse(const char *path, const char *text, size_t size, struct written_plan *ret,
        struct error *error);
void written_plan_clear(struct written_plan *plan);

/*
 * Every application that the plan promises must be among those that there are workloads of. Returns
 * 0, or -EINVAL with "FILE:LINE: ", and the nearest name if there is one.
 */
int plan_check_workloads(const struct written_plan *plan, const char *const *applications,
        size_t count, struct error *error);
#define CLEANUP_WRITTEN_PLAN CLEANUP(written_plan_clear)
