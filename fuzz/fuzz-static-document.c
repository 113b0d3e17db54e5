/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The reader of static results on any JSON: it must not crash or leak; what it refuses it has to
 * refuse with one line that names the file; what it accepts has names, and features in order.
 */

#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "export/static-document.h"
#include "fuzz/fuzz.h"

#define FILE_NAME "static.json"

static void check_result(const struct static_document_result *result)
{
        if (!result->name[0])
                abort();
        for (size_t i = 1; i < result->features.count; i++)
                if (feature_compare(&result->features.items[i - 1], &result->features.items[i]) >=
                        0)
                        abort();
}

static void check(const json_t *json)
{
        CLEANUP_STATIC_DOCUMENT struct static_document document = {};
        const struct static_document_result *result;
        struct error error = {};

        if (static_document_read(FILE_NAME, json, &document, &error) < 0) {
                if (!string_has_prefix(error.message, FILE_NAME ": ") ||
                        strchr(error.message, '\n'))
                        abort();
                return;
        }
        if (document.results.count == 0)
                abort();
        vector_for_each(result, &document.results)
                check_result(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        json_t *json = json_loadb((const char *)data, size, 0, NULL);

        if (json)
                check(json);
        json_decref(json);
        return 0;
}
