/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/json.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "report/stream.h"

json_t *json_append(json_t *array, json_t *item)
{
        if (json_array_append_new(array, item) == 0)
                return array;
        json_decref(array);
        return NULL;
}

json_t *json_tool(json_t *settings)
{
        return json_pack("{s:s, s:s, s:o*}", "name", "loupe", "version", LOUPE_VERSION, "settings",
                settings);
}

int json_write(json_t *document, FILE *stream)
{
        int r;

        if (!document)
                return -ENOMEM;
        r = json_dumpf(document, stream, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
        json_decref(document);
        if (r < 0)
                return stream_result(stream) ? stream_result(stream) : -EIO;
        fputc('\n', stream);
        return stream_result(stream);
}
