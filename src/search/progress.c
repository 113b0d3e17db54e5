/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/progress.h"

const char *phase_name(enum phase phase)
{
        static const char *const names[] = {
                [PHASE_OBSERVE] = "observe",
                [PHASE_BASELINE] = "baseline",
                [PHASE_FEATURES] = "features",
                [PHASE_SUBFEATURES] = "sub-features",
                [PHASE_JOINT] = "joint check",
                [PHASE_CONFLICTS] = "conflicts",
                [PHASE_IMPACT] = "impact",
                [PHASE_PROOF] = "proof",
                [PHASE_CULPRITS] = "culprits",
                [PHASE_STATIC] = "static analysis",
        };

        return names[phase];
}
