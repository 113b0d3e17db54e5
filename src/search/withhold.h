/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The ways in which an analysis withholds a feature. */

#include <stdbool.h>

#include "feature/feature.h"
#include "policy/policy.h"

enum mode {
        MODE_STUB, /* fails: with ENOSYS, or a file as if it were absent */
        MODE_FAKE, /* pretends success; a file is there, and empty */
        MODE_DENY, /* files only: calls that name it fail as if stubbed */
        MODE_COUNT,
};

/* What the whole analysis has in common. */
struct withholding {
        int stub_errno; /* what stubbed calls fail with */
        bool fake_zero; /* fakes return 0, whatever the success value */
};

/* "stub", "fake", "deny"; and the inverse: returns 0 or -ENOENT. */
const char *mode_name(enum mode mode);
int mode_from_name(const char *name, enum mode *ret);

/* "stubbed", "faked", "denied": how a feature is in that mode. */
const char *mode_participle(enum mode mode);

/* True where features of that kind can be withheld in that mode. */
bool mode_applies(enum mode mode, enum feature_kind kind);

/* Adds the rule that withholds `feature`. Returns 0 or -ENOMEM. */
int withhold(struct policy *policy, struct feature feature, enum mode mode,
        const struct withholding *withholding);

/* A policy that withholds just `feature`; owned by the caller; NULL when out of memory. */
struct policy *withhold_one(
        struct feature feature, enum mode mode, const struct withholding *withholding);
