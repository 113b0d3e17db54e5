/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/help.h"

#include <string.h>

#include "base/cleanup.h"

/* Help texts begin in this column. */
#define TEXT_COLUMN 26

/* And summaries of commands in this one. */
#define SUMMARY_COLUMN 21

/* Lines longer than this are hard to read, however wide the terminal. */
#define WIDTH_MAX 100

/*
 * Writes `text` with line breaks between words so that no line goes beyond `width`. The first line
 * is at `column` already; all are indented. Newlines in the text are kept.
 */
static void write_wrapped(
        const char *text, unsigned column, unsigned indent, unsigned width, FILE *stream)
{
        size_t length;

        while (*text) {
                length = strcspn(text, " \n");
                if (column > indent && column + 1 + length > width) {
                        fputc('\n', stream);
                        column = 0;
                }
                if (length > 0)
                        column += fprintf(stream, "%*s%.*s",
                                column > indent ? 1 : (int)(indent - column), "", (int)length,
                                text);
                text += length;
                if (*text == '\n') {
                        fputc('\n', stream);
                        column = 0;
                }
                if (*text)
                        text++;
        }
        fputc('\n', stream);
}

static void write_option(const struct option *option, unsigned width, FILE *stream)
{
        unsigned column;

        if (option->letter)
                column = fprintf(stream, "  -%c, --%s", option->letter, option->name);
        else
                column = fprintf(stream, "      --%s", option->name);
        if (option->placeholder)
                column += fprintf(stream, option->implied ? "[=%s]" : " %s", option->placeholder);
        if (column + 2 > TEXT_COLUMN) {
                fputc('\n', stream);
                column = 0;
        }
        write_wrapped(option->help, column, TEXT_COLUMN, width, stream);
}

void help_verb(const struct verb *verb, unsigned width, FILE *stream)
{
        if (width > WIDTH_MAX)
                width = WIDTH_MAX;
        for (const char *const *usage = verb->usage; *usage; usage++)
                fprintf(stream, "%-6s loupe %s %s\n", usage == verb->usage ? "Usage:" : "",
                        verb->name, *usage);
        fputc('\n', stream);
        write_wrapped(verb->description, 0, 0, width, stream);
        for (const struct option_group *group = verb->groups; group->options; group++) {
                fprintf(stream, "\n%s:\n", group->title);
                for (const struct option *option = group->options; option->name; option++)
                        write_option(option, width, stream);
        }
}

static void write_summary(const struct verb *verb, unsigned width, FILE *stream)
{
        write_wrapped(
                verb->summary, fprintf(stream, "  %s", verb->name), SUMMARY_COLUMN, width, stream);
}

void help_family(const char *family, unsigned width, FILE *stream)
{
        if (width > WIDTH_MAX)
                width = WIDTH_MAX;
        fprintf(stream, "Usage: loupe %s COMMAND [options] ...\n\nCommands:\n", family);
        for (const struct verb *const *verb = verbs; *verb; verb++)
                if (verb_in_family(*verb, family))
                        write_summary(*verb, width, stream);
        fprintf(stream, "\n'loupe help %s COMMAND' tells more about one of them.\n", family);
}

void help_loupe(unsigned width, FILE *stream)
{
        if (width > WIDTH_MAX)
                width = WIDTH_MAX;
        fputs("Usage: loupe COMMAND [options] ...\n"
              "       loupe --help\n"
              "       loupe --version\n\n",
                stream);
        write_wrapped("Tells which system calls a Linux program needs, and which of them an "
                      "operating system may leave out or pretend to have.",
                0, 0, width, stream);
        fputs("\nCommands:\n", stream);
        for (const struct verb *const *verb = verbs; *verb; verb++)
                write_summary(*verb, width, stream);
        fputs("\n'loupe help COMMAND' tells more about one of them.\n", stream);
}

/* Text in which nothing is taken for a request or an escape, and hyphens stay hyphens. */
static void write_roff_text(const char *text, FILE *stream)
{
        bool line_start = true;

        for (; *text; text++) {
                if (line_start && (*text == '.' || *text == '\''))
                        fputs("\\&", stream);
                line_start = *text == '\n';
                if (*text == '\\')
                        fputs("\\e", stream);
                else if (*text == '-')
                        fputs("\\-", stream);
                else if (*text == '\n' && text[1] == '\n')
                        fputs("\n.PP", stream);
                else
                        fputc(*text, stream);
        }
}

static void write_roff_option(const struct option *option, FILE *stream)
{
        fputs(".TP\n", stream);
        if (option->letter)
                fprintf(stream, "\\fB\\-%c\\fR, ", option->letter);
        fputs("\\fB\\-\\-", stream);
        write_roff_text(option->name, stream);
        fputs("\\fR", stream);
        if (option->placeholder) {
                fputs(option->implied ? "[=\\fI" : " \\fI", stream);
                write_roff_text(option->placeholder, stream);
                fputs(option->implied ? "\\fR]" : "\\fR", stream);
        }
        fputc('\n', stream);
        write_roff_text(option->help, stream);
        fputs(".\n", stream);
}

static void write_roff_verb(const struct verb *verb, FILE *stream)
{
        fprintf(stream, ".SS %s\n", verb->name);
        for (const char *const *usage = verb->usage; *usage; usage++) {
                fprintf(stream, "%s\\fBloupe %s\\fR ", usage == verb->usage ? "" : ".br\n",
                        verb->name);
                write_roff_text(*usage, stream);
                fputc('\n', stream);
        }
        fputs(".PP\n", stream);
        write_roff_text(verb->description, stream);
        fputc('\n', stream);
        for (const struct option_group *group = verb->groups; group->options; group++) {
                fprintf(stream, ".PP\n\\fI%s\\fR\n", group->title);
                for (const struct option *option = group->options; option->name; option++)
                        write_roff_option(option, stream);
        }
}

void help_roff(FILE *stream)
{
        for (const struct verb *const *verb = verbs; *verb; verb++)
                write_roff_verb(*verb, stream);
}
