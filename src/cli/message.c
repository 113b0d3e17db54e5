/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/message.h"

#include "report/terminal.h"

static void message(const char *verb, const char *color, const char *kind, const char *text)
{
        const struct palette *palette = terminal_color(stderr) ? &palette_ansi : &palette_none;

        fflush(stdout);
        fprintf(stderr, "%sloupe%s%s:%s %s%s\n", palette == &palette_ansi ? color : "",
                verb ? " " : "", verb ? verb : "", palette->reset, kind, text);
}

void message_error(const char *verb, const char *text)
{
        message(verb, palette_ansi.red, "", text);
}

void message_warning(const char *verb, const char *text)
{
        message(verb, palette_ansi.yellow, "warning: ", text);
}
