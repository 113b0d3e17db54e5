/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What a stream is connected to, and so how it is written to. */

#include <stdbool.h>
#include <stdio.h>

/* Escape sequences for what needs emphasis; all are empty strings where there is no colour. */
struct palette {
        const char *bold;
        const char *red;
        const char *green;
        const char *yellow;
        const char *cyan;
        const char *dim;
        const char *reset;
};

extern const struct palette palette_none;
extern const struct palette palette_ansi;

bool terminal_is(FILE *stream);

/* True on a terminal that knows colours, unless the environment has NO_COLOR (no-color.org). */
bool terminal_color(FILE *stream);

/* Columns; 80 where it is no terminal or does not tell. */
unsigned terminal_width(FILE *stream);
