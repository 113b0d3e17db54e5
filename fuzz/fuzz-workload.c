/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The workload reader on any bytes: it must not crash, hang or leak; what it refuses it has to
 * refuse with one line that says where; what it accepts must have a digest.
 */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "fuzz/fuzz.h"
#include "workload/workload.h"

#define FILE_NAME "workload.yaml"

/* "workload.yaml:LINE: what is wrong" */
static void require_place(const char *message)
{
        const char *line = message + strlen(FILE_NAME ":");
        size_t digits;

        if (!string_has_prefix(message, FILE_NAME ":"))
                abort();
        digits = strspn(line, "0123456789");
        if (digits == 0 || *line == '0' || !string_has_prefix(line + digits, ": "))
                abort();
        for (; *message; message++) {
                if (iscntrl((unsigned char)*message))
                        abort();
        }
}

/*
 * The C library takes any time and memory to compile nested repetitions, as in "((a*){99}){99}".
 * Who writes that into a workload waits; here it would hide everything else.
 */
static bool has_repetitions(const uint8_t *data, size_t size)
{
        const uint8_t *log = memmem(data, size, "log:", 4);

        return log && memchr(log, '{', data + size - log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP_WORKLOAD struct workload *workload = NULL;
        char digest[WORKLOAD_DIGEST_SIZE] = "";
        struct error error = {};

        if (has_repetitions(data, size))
                return 0;
        if (workload_parse(FILE_NAME, (const char *)data, size, &workload, &error) < 0) {
                if (workload)
                        abort();
                require_place(error.message);
                return 0;
        }
        if (workload_complete(workload, &error) < 0)
                return 0;
        if (workload_digest(workload, digest, &error) < 0 || strlen(digest) != 64)
                abort();
        return 0;
}
