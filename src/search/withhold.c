/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/withhold.h"

#include <errno.h>
#include <string.h>

struct mode_words {
        const char *name;
        const char *participle;
};

static const struct mode_words words[MODE_COUNT] = {
        [MODE_STUB] = {"stub", "stubbed"},
        [MODE_FAKE] = {"fake", "faked"},
        [MODE_DENY] = {"deny", "denied"},
};

const char *mode_name(enum mode mode)
{
        return words[mode].name;
}

const char *mode_participle(enum mode mode)
{
        return words[mode].participle;
}

int mode_from_name(const char *name, enum mode *ret)
{
        for (enum mode mode = 0; mode < MODE_COUNT; mode++) {
                if (strcmp(words[mode].name, name) == 0) {
                        *ret = mode;
                        return 0;
                }
        }
        return -ENOENT;
}

bool mode_applies(enum mode mode, enum feature_kind kind)
{
        return mode != MODE_DENY || kind == FEATURE_FILE;
}

int withhold(struct policy *policy, struct feature feature, enum mode mode,
        const struct withholding *withholding)
{
        struct success success = policy_success_of(feature);

        switch (mode) {
        case MODE_STUB:
                return policy_stub(policy, feature,
                        feature.kind == FEATURE_FILE ? policy_errno_of(feature)
                                                     : withholding->stub_errno);
        case MODE_DENY:
                return policy_stub(policy, feature, withholding->stub_errno);
        case MODE_FAKE:
        case MODE_COUNT:
                break;
        }
        if (withholding->fake_zero)
                success = (struct success){.kind = SUCCESS_CONSTANT, .value = 0};
        return policy_fake(policy, feature, success);
}

struct policy *withhold_one(
        struct feature feature, enum mode mode, const struct withholding *withholding)
{
        CLEANUP_POLICY struct policy *policy = policy_new();

        if (!policy || withhold(policy, feature, mode, withholding) < 0)
                return NULL;
        return steal_pointer(policy);
}
