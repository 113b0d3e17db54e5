/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What the scripts of all figures are made of: the terminal, the looks, and texts of unknown origin
 * in quotes. All that could mean anything to gnuplot is written in octal there, and the data blocks
 * of the scripts hold numbers only: so no name in a database can become a command. (Single quotes,
 * in which only the quote itself is special, would not do: gnuplot ends a string at once that
 * begins with a doubled one.)
 */

#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

enum plot_format {
        PLOT_SVG,
        PLOT_PNG,
        PLOT_PDF,
        PLOT_FORMAT_COUNT,
};

/* "svg", "png", "pdf": also what the names of such files end with. */
const char *plot_format_name(enum plot_format format);

/* The format that the path's ending tells, in any case. Returns 0, or -EINVAL with a message. */
int plot_format_of_path(const char *path, enum plot_format *ret, struct error *error);

/* Pixels that a figure may have on either side: cairo's limit. */
#define SCRIPT_SIDE_MAX 32000

/* Size in pixels, 96 of which are an inch; it is cut to what the formats can hold. */
struct script_size {
        unsigned width;
        unsigned height;
};

/*
 * Begins a script: the terminal, the title, grid and ticks. Drawings follow in what the caller
 * writes; the figure goes to gnuplot's standard output.
 */
void script_begin(
        FILE *stream, enum plot_format format, struct script_size size, const char *title);

/* A command: the legend in a line between title and drawing. */
#define SCRIPT_KEY_ABOVE           \
        "set tmargin 5\n"          \
        "set title offset 0,1.5\n" \
        "set key at graph 0,1.005 left bottom horizontal Left reverse samplen 1\n"

/* How many characters of a label are shown: gnuplot cuts those of ticks at 49 bytes, and not always
 * between characters. */
#define SCRIPT_LABEL_CHARACTERS 32
#define SCRIPT_LABEL_BYTES      49
#define SCRIPT_TITLE_CHARACTERS 120
#define SCRIPT_TEXT_BYTES       512

/*
 * Copies the text to `ret` of `size` bytes as valid UTF-8 without control characters, in whose
 * place there is U+FFFD. What is longer than so many characters, or has no room, ends with "…".
 * Returns `ret`.
 */
char *script_clean(const char *text, size_t characters, char *ret, size_t size);

/* How many characters the label has as it is shown. */
size_t script_label_length(const char *label);

/* Writes the text as a string of gnuplot's, cleaned, at most a title long. */
void script_quote(const char *text, FILE *stream);

/* Writes a command that puts a label at a place of an axis, "x" or "y". */
void script_tick(const char *axis, const char *label, double place, FILE *stream);

/* Colours that people with any kind of colour vision tell apart (Okabe and Ito, 2008). */
#define COLOR_BLUE       "#0072b2"
#define COLOR_VERMILLION "#d55e00"
#define COLOR_GREEN      "#009e73"
#define COLOR_PURPLE     "#cc79a7"
#define COLOR_ORANGE     "#e69f00"
#define COLOR_SKY_BLUE   "#56b4e9"
#define COLOR_BLACK      "#000000"
#define COLOR_GREY       "#999999"

/* What is required and what is used has the same colour in all figures. */
#define COLOR_REQUIRED COLOR_VERMILLION
#define COLOR_USED     COLOR_BLUE

/* One of several, which come again where there are more: any number is fine. */
const char *script_color(size_t number);
size_t script_color_count(void);
