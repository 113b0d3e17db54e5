/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The reader of analyses on any JSON: it must not crash or leak; what it refuses it has to refuse
 * with one line that names the file; what it accepts has names, verdicts and a digest.
 */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "fuzz/fuzz.h"
#include "store/analysis-document.h"

#define FILE_NAME "analysis.json"

static void check(const json_t *json)
{
        CLEANUP_ANALYSIS_DOCUMENT struct analysis_document document = {};
        CLEANUP_FREE char *summary = NULL;
        char digest[DIGEST_TEXT_SIZE];
        struct error error = {};

        if (analysis_document_read(FILE_NAME, json, &document, &error) < 0) {
                if (!string_has_prefix(error.message, FILE_NAME ": ") ||
                        strchr(error.message, '\n'))
                        abort();
                return;
        }
        if (!document.application[0] || !document.workload[0] || !document.kind[0])
                abort();
        for (size_t i = 0; i < document.verdicts.count; i++)
                if (document.verdicts.items[i].verdict >= VERDICT_COUNT)
                        abort();
        summary = analysis_document_summary(json);
        if (!summary || analysis_document_digest(&document, digest) < 0 || strlen(digest) != 64)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        json_t *json = json_loadb((const char *)data, size, 0, NULL);

        if (json)
                check(json);
        json_decref(json);
        return 0;
}
