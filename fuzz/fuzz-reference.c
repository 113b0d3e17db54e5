/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What a check takes from an earlier result, of any JSON, be it a document or what a journal keeps:
 * it must not crash or leak; what it refuses it has to refuse with one line; what it accepts is
 * within bounds, and says the same when a journal has kept it.
 */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "fuzz/fuzz.h"
#include "store/reference.h"

#define FILE_NAME "analysis.json"

static void check_refusal(const struct error *error)
{
        if (!error->message[0] || strchr(error->message, '\n'))
                abort();
}

static void check_bounds(const struct reference *reference)
{
        if (reference->replicas < 1 || reference->replicas > WORKLOAD_REPLICAS_MAX ||
                reference->withholding.stub_errno <= 0 || reference->subfeatures > SUBFEATURES_ALL)
                abort();
        for (size_t i = 0; i < reference->verdicts.count; i++)
                if (reference->verdicts.items[i].verdict >= VERDICT_COUNT)
                        abort();
}

static void check_document(const json_t *json)
{
        CLEANUP_WORKLOAD struct workload *workload = workload_new();
        CLEANUP_REFERENCE struct reference reference = {}, kept = {};
        struct error error = {};

        if (!workload || strings_add(&workload->command, "true") < 0)
                abort();
        workload->directory = strdup("/");
        if (reference_from_document(FILE_NAME, json, workload, &reference, &error) < 0) {
                check_refusal(&error);
                return;
        }
        check_bounds(&reference);
        if (reference_from_json(reference.json, &kept, &error) < 0)
                abort();
        if (kept.verdicts.count != reference.verdicts.count ||
                kept.only.count != reference.only.count ||
                kept.same_workload != reference.same_workload)
                abort();
}

static void check_kept(json_t *json)
{
        CLEANUP_REFERENCE struct reference reference = {};
        struct error error = {};

        if (reference_from_json(json, &reference, &error) < 0)
                check_refusal(&error);
        else
                check_bounds(&reference);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        json_t *json = json_loadb((const char *)data, size, 0, NULL);

        if (json) {
                check_document(json);
                check_kept(json);
        }
        json_decref(json);
        return 0;
}
