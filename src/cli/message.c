/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/message.h"

#include <ctype.h>
#include <stdio.h>

#include "report/terminal.h"

/* Names in it are whatever files hold: nothing but line ends may change what a terminal shows. */
static void write_text(const char *text)
{
        for (; *text; text++)
                fputc(iscntrl((unsigned char)*text) && *text != '\n' && *text != '\t' ? '?' : *text,
                        stderr);
        fputc('\n', stderr);
}

void message_error(const char *verb, const char *text)
{
        const struct palette *palette = terminal_color(stderr) ? &palette_ansi : &palette_none;

        fflush(stdout);
        fprintf(stderr, "%sloupe%s%s:%s ", palette->red, verb ? " " : "", verb ? verb : "",
                palette->reset);
        write_text(text);
}

void message_note(const char *text)
{
        fflush(stdout);
        fputs("note: ", stderr);
        write_text(text);
}
