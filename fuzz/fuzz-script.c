/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Any text in a script for gnuplot: what is shown is UTF-8 without controls, fits, and is cleaned
 * once and for all; what is written is one string on one line, in which nothing means anything.
 */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "fuzz/fuzz.h"
#include "plot/script.h"

static void check_clean(const char *text, size_t characters, size_t size)
{
        char clean[SCRIPT_TEXT_BYTES], again[SCRIPT_TEXT_BYTES];
        json_t *string;

        script_clean(text, characters, clean, size);
        if (strlen(clean) >= size)
                abort();
        for (const char *byte = clean; *byte; byte++)
                if (iscntrl((unsigned char)*byte))
                        abort();
        /* Another's opinion of what UTF-8 is. */
        string = json_string(clean);
        if (!string)
                abort();
        json_decref(string);
        if (strcmp(script_clean(clean, characters, again, size), clean) != 0)
                abort();
}

/* One string in double quotes, whose backslashes begin three octal digits. */
static void check_string(const char *written, size_t size)
{
        if (size < 2 || written[0] != '"' || written[size - 1] != '"')
                abort();
        for (size_t i = 1; i < size - 1; i++) {
                if (strchr("\"'`@$#!{}^|?\n\r", written[i]))
                        abort();
                if (written[i] != '\\')
                        continue;
                for (size_t digit = 1; digit <= 3; digit++)
                        if (written[i + digit] < '0' || written[i + digit] > '7')
                                abort();
        }
}

static void check_quote(const char *text)
{
        CLEANUP_FREE char *written = NULL;
        size_t size;
        FILE *stream = open_memstream(&written, &size);

        if (!stream)
                abort();
        script_quote(text, stream);
        fclose(stream);
        check_string(written, size);
}

static void check_tick(const char *text)
{
        static const char before[] = "set xtics add (", after[] = " 7)\n";
        const size_t around = strlen(before) + strlen(after);
        CLEANUP_FREE char *written = NULL;
        size_t size;
        FILE *stream = open_memstream(&written, &size);

        if (!stream)
                abort();
        script_tick("x", text, 7, stream);
        fclose(stream);
        if (size < around || memcmp(written, before, strlen(before)) != 0 ||
                strcmp(written + size - strlen(after), after) != 0)
                abort();
        check_string(written + strlen(before), size - around);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP_FREE char *text = strndup((const char *)data, size);

        if (!text)
                abort();
        check_clean(text, SCRIPT_TITLE_CHARACTERS, SCRIPT_TEXT_BYTES);
        check_clean(text, SCRIPT_LABEL_CHARACTERS, SCRIPT_LABEL_BYTES);
        check_clean(text, 5, 8);
        check_quote(text);
        check_tick(text);
        if (script_label_length(text) > SCRIPT_LABEL_CHARACTERS)
                abort();
        return 0;
}
