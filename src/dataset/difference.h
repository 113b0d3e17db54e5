/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What one application, version, libc or workload needs that another does not (paper, §5.5 and
 * §5.6).
 */

#include "dataset/dataset.h"

/* A feature about which two differ. */
struct differing {
        uint32_t feature;
        bool used_a, used_b;
        enum verdict a, b; /* where used */
};

struct difference {
        VECTOR(struct differing) items; /* by number */
        size_t same;                    /* features used by both with the same verdict */
        size_t used_a, used_b;          /* how many features each uses */
        size_t required_a, required_b;  /* and requires */
};

void difference_clear(struct difference *difference);
#define CLEANUP_DIFFERENCE CLEANUP(difference_clear)

/* `ret` is to be cleared by the caller. Returns 0 or -ENOMEM. */
int findings_compare(const struct findings *a, const struct findings *b, struct difference *ret);
