/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/json.h"

#include <string.h>

#include "base/cleanup.h"

json_t *json_text(const char *text)
{
        CLEANUP_FREE char *copy = NULL;
        json_t *string;

        if (!text)
                return json_null();
        string = json_string(text);
        if (string)
                return string;
        copy = strdup(text);
        if (!copy)
                return NULL;
        for (char *byte = copy; *byte; byte++) {
                if ((unsigned char)*byte >= 0x80)
                        *byte = '?';
        }
        return json_string(copy);
}
