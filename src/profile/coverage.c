/* SPDX-License-Identifier: BSD-3-Clause */
#include "profile/coverage.h"

static bool names_files(const struct profile *profile)
{
        const struct profile_entry *entry;

        vector_for_each(entry, &profile->entries)
                if (entry->feature.kind == FEATURE_FILE)
                        return true;
        return false;
}

/* True where the profile lists values of that sub-feature's selector which work. */
static bool lists_others(const struct profile *profile, const struct feature *feature)
{
        const struct feature call = feature_call(*feature);
        const struct profile_entry *entry;

        vector_for_each(entry, &profile->entries)
                if (entry->feature.kind == FEATURE_SUBFEATURE &&
                        entry->support >= SUPPORT_PARTIAL &&
                        entry->feature.selector == feature->selector &&
                        feature_equal(feature_call(entry->feature), call))
                        return true;
        return false;
}

static enum support support_of_subfeature(
        const struct profile *profile, const struct feature *feature)
{
        const struct feature call = feature_call(*feature);
        const struct profile_entry *entry = profile_find(profile, &call);

        if (!entry)
                return SUPPORT_MISSING;
        if (entry->support == SUPPORT_PARTIAL && lists_others(profile, feature))
                return SUPPORT_MISSING;
        return entry->support;
}

enum support profile_support(const struct profile *profile, const struct feature *feature)
{
        const struct profile_entry *entry = profile_find(profile, feature);

        if (entry)
                return entry->support;
        switch (feature->kind) {
        case FEATURE_SUBFEATURE:
                return support_of_subfeature(profile, feature);
        case FEATURE_FILE:
                return names_files(profile) ? SUPPORT_MISSING : SUPPORT_FULL;
        case FEATURE_SYSCALL:
        case FEATURE_KIND_COUNT:
                break;
        }
        return SUPPORT_MISSING;
}
