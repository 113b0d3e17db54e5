/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

const struct palette palette_none = {"", "", "", "", "", "", ""};

const struct palette palette_ansi = {
        .bold = "\033[1m",
        .red = "\033[31m",
        .green = "\033[32m",
        .yellow = "\033[33m",
        .cyan = "\033[36m",
        .dim = "\033[2m",
        .reset = "\033[0m",
};

bool terminal_is(FILE *stream)
{
        return isatty(fileno(stream));
}

bool terminal_color(FILE *stream)
{
        const char *no_color = getenv("NO_COLOR"), *kind = getenv("TERM");

        return terminal_is(stream) && !(no_color && *no_color) && kind && strcmp(kind, "dumb") != 0;
}

unsigned terminal_width(FILE *stream)
{
        struct winsize size;

        if (ioctl(fileno(stream), TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
                return 80;
        return size.ws_col;
}
