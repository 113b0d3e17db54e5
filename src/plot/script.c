/* SPDX-License-Identifier: BSD-3-Clause */
#include "plot/script.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"

#define INK   "#333333"
#define GRID  "#d9d9d9"
#define INCH  96.0
#define POINT 10 /* of the font */

/* What stands in place of what cannot be shown, and what ends a text that was cut. */
#define REPLACEMENT "\xef\xbf\xbd"
#define ELLIPSIS    "\xe2\x80\xa6"

static const char *const format_names[] = {
        [PLOT_SVG] = "svg",
        [PLOT_PNG] = "png",
        [PLOT_PDF] = "pdf",
};

const char *plot_format_name(enum plot_format format)
{
        return format_names[format];
}

int plot_format_of_path(const char *path, enum plot_format *ret, struct error *error)
{
        const char *name = strrchr(path, '/');
        const char *ending = strrchr(name ? name : path, '.');

        for (enum plot_format format = 0; format < PLOT_FORMAT_COUNT; format++) {
                if (ending && strcasecmp(ending + 1, format_names[format]) == 0) {
                        *ret = format;
                        return 0;
                }
        }
        return error_set(error, EINVAL,
                "%s: figures are .svg, .png or .pdf: name it so, or say --format", path);
}

/* The sequence of bytes that makes a character: its length, or 0 where it is none. */
static size_t character_length(const unsigned char *text)
{
        static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        size_t length = text[0] < 0x80         ? 1
                        : text[0] >> 5 == 0x06 ? 2
                        : text[0] >> 4 == 0x0e ? 3
                        : text[0] >> 3 == 0x1e ? 4
                                               : 0;
        uint32_t code;

        if (length <= 1)
                return length;
        code = text[0] & (0xff >> (length + 1));
        for (size_t i = 1; i < length; i++) {
                if (text[i] >> 6 != 2)
                        return 0;
                code = code << 6 | (text[i] & 0x3f);
        }
        /* Overlong forms, halves of pairs, controls and what XML forbids are no characters here. */
        if (code < least[length] || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff ||
                code < 0xa0 || code == 0xfffe || code == 0xffff)
                return 0;
        return length;
}

static bool is_control(unsigned char byte)
{
        return byte < 0x20 || byte == 0x7f;
}

char *script_clean(const char *text, size_t characters, char *ret, size_t size)
{
        size_t used = 0, cut = 0, count = 0, length;
        const char *piece;

        while (*text) {
                length = character_length((const unsigned char *)text);
                piece = length == 0 || is_control(*text) ? REPLACEMENT : text;
                text += length > 0 ? length : 1;
                length = piece == text - length ? length : strlen(REPLACEMENT);
                if (++count > characters || used + length >= size) {
                        used = cut;
                        memcpy(ret + used, ELLIPSIS, strlen(ELLIPSIS));
                        used += strlen(ELLIPSIS);
                        break;
                }
                memcpy(ret + used, piece, length);
                used += length;
                /* The last place at which there is room for the ellipsis. */
                if (count < characters && used + strlen(ELLIPSIS) < size)
                        cut = used;
        }
        ret[used] = '\0';
        return ret;
}

size_t script_label_length(const char *label)
{
        char clean[SCRIPT_LABEL_BYTES];
        size_t length = 0;

        script_clean(label, SCRIPT_LABEL_CHARACTERS, clean, sizeof(clean));
        for (const char *byte = clean; *byte; byte++)
                if ((*byte & 0xc0) != 0x80)
                        length++;
        return length;
}

/* True for what means nothing to gnuplot within double quotes: the rest is written in octal. */
static bool is_plain(unsigned char byte)
{
        return byte >= 0x80 || isalnum(byte) || strchr(" ._-/:,;+=*()<>&", byte);
}

static void write_byte(unsigned char byte, FILE *stream)
{
        if (is_plain(byte))
                fputc(byte, stream);
        else
                fprintf(stream, "\\%03o", byte);
}

/* `twice` is a character to be doubled; 0: none. */
static void write_quoted(const char *clean, char twice, FILE *stream)
{
        fputc('"', stream);
        for (; *clean; clean++) {
                if (*clean == twice)
                        write_byte(*clean, stream);
                write_byte(*clean, stream);
        }
        fputc('"', stream);
}

void script_quote(const char *text, FILE *stream)
{
        char clean[SCRIPT_TEXT_BYTES];

        write_quoted(script_clean(text, SCRIPT_TITLE_CHARACTERS, clean, sizeof(clean)), 0, stream);
}

void script_tick(const char *axis, const char *label, double place, FILE *stream)
{
        char clean[SCRIPT_LABEL_BYTES];

        /* Labels of ticks are formats for their places. */
        fprintf(stream, "set %stics add (", axis);
        write_quoted(
                script_clean(label, SCRIPT_LABEL_CHARACTERS, clean, sizeof(clean)), '%', stream);
        fprintf(stream, " %.10g)\n", place);
}

static unsigned cut_side(unsigned side)
{
        return side < SCRIPT_SIDE_MAX ? side : SCRIPT_SIDE_MAX;
}

static void write_terminal(enum plot_format format, struct script_size size, FILE *stream)
{
        unsigned width = cut_side(size.width), height = cut_side(size.height);

        switch (format) {
        case PLOT_SVG:
                fprintf(stream,
                        "set terminal svg size %u,%u font 'sans-serif,%d' noenhanced "
                        "background rgb 'white'\n",
                        width, height, POINT);
                break;
        case PLOT_PNG:
                fprintf(stream,
                        "set terminal pngcairo size %u,%u font 'sans-serif,%d' noenhanced "
                        "background rgb 'white'\n",
                        width, height, POINT);
                break;
        default:
                /* Its unit of fonts is another: so they look as in the others. */
                fprintf(stream,
                        "set terminal pdfcairo size %.3fin,%.3fin font 'sans-serif,%d' "
                        "fontscale 0.75 noenhanced background rgb 'white'\n",
                        width / INCH, height / INCH, POINT);
                break;
        }
}

void script_begin(FILE *stream, enum plot_format format, struct script_size size, const char *title)
{
        fprintf(stream, "# Made by loupe %s: gnuplot -d THIS_FILE >FIGURE.%s\n", LOUPE_VERSION,
                plot_format_name(format));
        fputs("set encoding utf8\n", stream);
        write_terminal(format, size, stream);
        fputs("set title ", stream);
        script_quote(title, stream);
        fputs(" font ',12' textcolor rgb '" INK "'\n"
              "set border 3 linecolor rgb '#808080' linewidth 1\n"
              "set tics nomirror out scale 0.5 textcolor rgb '" INK "'\n"
              "set grid y linetype 1 linewidth 0.5 linecolor rgb '" GRID "'\n"
              "set key textcolor rgb '" INK "'\n",
                stream);
}

static const char *const colors[] = {COLOR_BLUE, COLOR_VERMILLION, COLOR_GREEN, COLOR_PURPLE,
        COLOR_ORANGE, COLOR_SKY_BLUE, COLOR_BLACK};

const char *script_color(size_t number)
{
        return colors[number % ARRAY_SIZE(colors)];
}

size_t script_color_count(void)
{
        return ARRAY_SIZE(colors);
}
