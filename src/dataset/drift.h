/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What an application began to need since it was measured: an earlier result held against what is
 * seen now. (Unlike struct difference, whose sides are equals and were measured alike: here only
 * what could be newly required was tried again.)
 */

#include "dataset/dataset.h"

enum drift_change {
        DRIFT_NEW_REQUIRED, /* required now; then it could be left out, was not used, or not tried
                             */
        DRIFT_NEW_USED,     /* used now, and was not; as far as is known not required */
        DRIFT_GONE,         /* was used, and is not any more */
        DRIFT_CHANGE_COUNT,
};

/* "new-required", "new-used", "gone" */
const char *drift_change_name(enum drift_change change);

/* What counts as a failure. */
enum drift_gate {
        DRIFT_GATE_REQUIRED, /* whatever is newly required */
        DRIFT_GATE_USED,     /* whatever is newly used, required or not */
        DRIFT_GATE_COUNT,
};

/* "new-required", "new-used" */
const char *drift_gate_name(enum drift_gate gate);

/* The inverse. Returns 0 or -ENOENT. */
int drift_gate_from_name(const char *name, enum drift_gate *ret);

struct drift_item {
        uint32_t feature;
        enum drift_change change;
        bool used_before, used_now;
        enum verdict before; /* where used; what it meant (findings_meaning()) */
        enum verdict now;    /* where used; untested where it was not tried */
};

struct drift {
        VECTOR(struct drift_item) items; /* by change, then by number */
        size_t counts[DRIFT_CHANGE_COUNT];
        size_t used_before, used_now; /* features */
        size_t required_before;
        size_t not_tried; /* features required before, still used, and not tried again */
};

void drift_clear(struct drift *drift);
#define CLEANUP_DRIFT CLEANUP(drift_clear)

/*
 * Compares. Both sides are about the same features: what was not looked for on one side is not in
 * the other. What was required and was not tried now counts as required still. `ret` is to be
 * cleared by the caller. Returns 0 or -ENOMEM.
 */
int drift_find(const struct catalogue *catalogue, const struct findings *before,
        const struct findings *now, struct drift *ret);

/* How many items make the gate fail; 0: it does not. */
size_t drift_failures(const struct drift *drift, enum drift_gate gate);

/* Whether this one does. */
bool drift_item_fails(const struct drift_item *item, enum drift_gate gate);
