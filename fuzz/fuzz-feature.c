/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The name of a feature from any text: it must not crash; what it refuses it has to refuse with a
 * message; what it accepts has a canonical name, which means the same when it is read again.
 */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "feature/feature.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP_FREE char *text = strndup((const char *)data, size);
        char name[FEATURE_NAME_MAX], name_again[FEATURE_NAME_MAX];
        struct feature feature, again;
        struct error error = {};

        if (feature_parse(text, &feature, &error) < 0) {
                if (!error.message[0])
                        abort();
                return 0;
        }
        feature_name(feature, name);
        if (feature_parse(name, &again, NULL) < 0 || !feature_equal(feature, again))
                abort();
        if (!string_equal(feature_name(again, name_again), name))
                abort();
        return 0;
}
