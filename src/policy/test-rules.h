/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* For tests: features and policies as users write them. To be included after <cmocka.h>. */

#include "policy/policy.h"

static inline struct feature feature_of(const char *name)
{
        struct error error = {};
        struct feature feature = {};

        if (feature_parse(name, &feature, &error) < 0)
                fail_msg("%s", error.message);
        return feature;
}

/* The caller frees. */
static inline struct policy *policy_of(const char *stubs, const char *fakes)
{
        struct policy *policy = policy_new();
        struct error error = {};

        assert_non_null(policy);
        if (policy_parse_stubs(policy, stubs, &error) < 0 ||
                policy_parse_fakes(policy, fakes, &error) < 0)
                fail_msg("%s", error.message);
        return policy;
}
