/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "metrics/popularity-table.h"

bool text_next_line(struct text_lines *lines)
{
        const char *line_end;

        if (lines->next == lines->end)
                return false;
        line_end = memchr(lines->next, '\n', lines->end - lines->next);
        lines->line = lines->next;
        lines->next = line_end ? line_end + 1 : lines->end;
        lines->size = (line_end ? line_end : lines->end) - lines->line;
        if (lines->size > 0 && lines->line[lines->size - 1] == '\r')
                lines->size--;
        lines->number++;
        return true;
}

int text_refuse(const struct text_lines *lines, struct error *error, const char *format, ...)
{
        char message[ERROR_MESSAGE_SIZE / 2];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(message, sizeof(message), format, arguments);
        va_end(arguments);
        return error_set(error, EINVAL, "%s:%u: %s", lines->path, lines->number ? lines->number : 1,
                message);
}

const char *text_shown(const char *text, size_t size, char buffer[TEXT_SHOWN])
{
        static const char ellipsis[] = "...";
        bool whole = size < TEXT_SHOWN;
        size_t shown = whole ? size : TEXT_SHOWN - sizeof(ellipsis);

        for (size_t i = 0; i < shown; i++)
                buffer[i] = text[i] >= ' ' && text[i] < 0x7f ? text[i] : '?';
        strcpy(buffer + shown, whole ? "" : ellipsis);
        return buffer;
}
