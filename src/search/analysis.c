/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/analysis.h"

#include <stdlib.h>

#include "base/strings.h"

enum verdict verdict_of(const struct analysed_feature *feature)
{
        if (feature->stub.runs == 0 && feature->fake.runs == 0)
                return VERDICT_UNTESTED;
        if (feature->stub.works && feature->fake.works)
                return VERDICT_EITHER;
        if (feature->stub.works)
                return VERDICT_STUB;
        if (feature->fake.works)
                return VERDICT_FAKE;
        return VERDICT_REQUIRED;
}

struct mode_result *feature_mode(struct analysed_feature *feature, enum mode mode)
{
        struct mode_result *const results[MODE_COUNT] = {
                [MODE_STUB] = &feature->stub,
                [MODE_FAKE] = &feature->fake,
                [MODE_DENY] = &feature->deny,
        };

        return results[mode];
}

bool feature_is_unstable(const struct analysed_feature *feature)
{
        return feature->stub.unstable || feature->fake.unstable || feature->deny.unstable;
}

bool feature_is_avoidable(const struct analysed_feature *feature, enum mode *ret)
{
        if (!feature->stub.works && !feature->fake.works)
                return false;
        *ret = feature->stub.works ? MODE_STUB : MODE_FAKE;
        return true;
}

const struct analysed_feature *analysis_find(
        const struct analysis *analysis, struct feature feature)
{
        const struct analysed_feature *found;

        vector_for_each(found, &analysis->features) {
                if (feature_equal(found->feature, feature))
                        return found;
        }
        return NULL;
}

bool analysis_call_is_avoidable(const struct analysis *analysis, struct feature feature)
{
        const struct analysed_feature *call;
        enum mode mode;

        if (feature.kind != FEATURE_SUBFEATURE)
                return false;
        call = analysis_find(analysis, feature_call(feature));
        return call && feature_is_avoidable(call, &mode);
}

struct analysis *analysis_new(void)
{
        return calloc(1, sizeof(struct analysis));
}

struct analysis *analysis_free(struct analysis *analysis)
{
        struct analysed_feature *feature;
        struct conflict *conflict;

        if (!analysis)
                return NULL;
        free(analysis->application_name);
        free(analysis->application_version);
        free(analysis->executable);
        free(analysis->executable_digest);
        free(analysis->workload_name);
        free(analysis->kernel);
        free(analysis->libc);
        free(analysis->limits);
        vector_clear(&analysis->only);
        vector_for_each(feature, &analysis->features) {
                for (enum mode mode = 0; mode < MODE_COUNT; mode++)
                        strings_free(feature_mode(feature, mode)->warnings);
        }
        vector_clear(&analysis->features);
        vector_clear(&analysis->impact.features);
        vector_clear(&analysis->joint.stub);
        vector_clear(&analysis->joint.fake);
        vector_for_each(conflict, &analysis->joint.conflicts)
                vector_clear(&conflict->features);
        vector_clear(&analysis->joint.conflicts);
        free(analysis);
        return NULL;
}
