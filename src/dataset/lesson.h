/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What running an application on a system has taught about it, beyond its verdicts: features that
 * it cannot all do without in these modes. None can be taken away: with any one of them there, the
 * others may be left out.
 */

#include "dataset/dataset.h"

struct lesson_part {
        struct feature feature;
        bool faked; /* else it was stubbed */
};

struct lesson {
        char *application;
        VECTOR(struct lesson_part) parts; /* in feature order, none twice; one or more */
};

void lesson_clear(struct lesson *lesson);

/* True where both say the same of the same application. */
bool lesson_equal(const struct lesson *a, const struct lesson *b);

/*
 * Teaches it to the dataset of an application, whose findings are numbered by the catalogue:
 * - of one part, that it does not work in that mode: then it is required, unless the verdict says
 *   that it works in the other;
 * - of several, that they conflict. A feature that the dataset has no finding of was asked for in
 *   vain only because others were withheld; it works in the mode in which it was.
 * Returns 1, 0 where that was known already, or -ENOMEM.
 */
int dataset_learn(
        struct dataset *dataset, struct catalogue *catalogue, const struct lesson *lesson);
