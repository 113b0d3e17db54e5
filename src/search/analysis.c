/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/analysis.h"

#include <stdlib.h>

enum verdict verdict_of(const struct analysed_feature *feature)
{
        if (feature->stub.works && feature->fake.works)
                return VERDICT_EITHER;
        if (feature->stub.works)
                return VERDICT_STUB;
        if (feature->fake.works)
                return VERDICT_FAKE;
        return VERDICT_REQUIRED;
}

const char *verdict_name(enum verdict verdict)
{
        static const char *const names[] = {
                [VERDICT_REQUIRED] = "required",
                [VERDICT_STUB] = "stub",
                [VERDICT_FAKE] = "fake",
                [VERDICT_EITHER] = "either",
        };

        return names[verdict];
}

bool feature_is_unstable(const struct analysed_feature *feature)
{
        return feature->stub.unstable || feature->fake.unstable;
}

bool feature_is_avoidable(const struct analysed_feature *feature, enum action *ret)
{
        if (!feature->stub.works && !feature->fake.works)
                return false;
        *ret = feature->stub.works ? ACTION_STUB : ACTION_FAKE;
        return true;
}

struct analysis *analysis_new(void)
{
        return calloc(1, sizeof(struct analysis));
}

struct analysis *analysis_free(struct analysis *analysis)
{
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
        vector_clear(&analysis->features);
        vector_clear(&analysis->joint.stub);
        vector_clear(&analysis->joint.fake);
        vector_for_each(conflict, &analysis->joint.conflicts)
                vector_clear(&conflict->features);
        vector_clear(&analysis->joint.conflicts);
        free(analysis);
        return NULL;
}
