/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The packages that a collection's applications belong to, and what these depend on. */

#include "base/dictionary.h"
#include "dataset/dataset.h"
#include "metrics/closure.h"
#include "metrics/popularity.h"

struct package_data {
        double share; /* of machines that have it */
        size_t first; /* its findings: its part of `findings`, */
        size_t count; /* and how many: those of all its datasets, merged; in no order */
};

struct package_set {
        struct dictionary names; /* first those with data, then all that they lead to */
        VECTOR(struct package_data) packages; /* those with data, by number of the name */
        VECTOR(struct finding) findings;
        struct graph dependencies; /* nodes are the numbers of the names */
};

void package_set_clear(struct package_set *set);

/* `ret` is to be cleared by the caller. Returns 0 or -ENOMEM. */
int package_set_make(const struct collection *collection, const struct popularity *popularity,
        struct package_set *ret);
