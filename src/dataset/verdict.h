/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What an experiment found out about one feature that an application uses. */

#include "base/error.h"

enum verdict {
        VERDICT_REQUIRED,
        VERDICT_STUB,   /* works stubbed only */
        VERDICT_FAKE,   /* works faked only */
        VERDICT_EITHER, /* works stubbed, and works faked */
        VERDICT_UNTESTED,
        VERDICT_COUNT,
};

/* "required", "stub", "fake", "either", "untested" */
const char *verdict_name(enum verdict verdict);

/* The inverse. Returns 0, or -EINVAL with a message. */
int verdict_parse(const char *name, enum verdict *ret, struct error *error);

/*
 * What holds for two applications, or two workloads, at once: required wins; what works only
 * stubbed for one and only faked for the other is required, since an OS treats a call in one way;
 * either gives way to all else. What is untested for one and not avoidable either way for the other
 * is required, since nobody knows better. Commutative, associative and idempotent. (A feature that
 * one of them does not use has no verdict there: the other's holds.)
 */
enum verdict verdict_merge(enum verdict a, enum verdict b);
