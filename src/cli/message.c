/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/message.h"

#include "report/terminal.h"

void message_error(const char *verb, const char *text)
{
        const struct palette *palette = terminal_color(stderr) ? &palette_ansi : &palette_none;

        fflush(stdout);
        fprintf(stderr, "%sloupe%s%s:%s %s\n", palette->red, verb ? " " : "", verb ? verb : "",
                palette->reset, text);
}

void message_note(const char *text)
{
        fflush(stdout);
        fprintf(stderr, "note: %s\n", text);
}
