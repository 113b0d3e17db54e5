/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Plans as files, from any text: they must not crash; what they refuse they have to refuse with one
 * line that says where; what they accept promises something, and each step does.
 */

#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "fuzz/message.h"
#include "proof/plan-file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP_WRITTEN_PLAN struct written_plan plan = {};
        const struct written_step *step;
        struct error error = {};

        if (plan_file_parse("plan", (const char *)data, size, &plan, &error) < 0) {
                require_place(error.message, "plan");
                return 0;
        }
        if (plan.steps.count == 0 && plan.initial.applications.count == 0)
                abort();
        vector_for_each(step, &plan.steps)
                if (step->applications.count == 0 || step->line == 0)
                        abort();
        return 0;
}
