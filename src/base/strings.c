/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/strings.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void string_make_printable(char *text)
{
        for (; *text; text++)
                if (iscntrl((unsigned char)*text))
                        *text = '?';
}

int string_copy(const char *string, char **ret)
{
        *ret = string ? strdup(string) : NULL;
        return string && !*ret ? -ENOMEM : 0;
}

char *string_format(const char *format, ...)
{
        va_list arguments;
        char *string;
        int length;

        va_start(arguments, format);
        length = vasprintf(&string, format, arguments);
        va_end(arguments);
        return length < 0 ? NULL : string;
}

bool string_has_prefix(const char *string, const char *prefix)
{
        return strncmp(string, prefix, strlen(prefix)) == 0;
}

size_t strings_count(char *const *list)
{
        size_t count = 0;

        while (list && list[count])
                count++;
        return count;
}

/* Takes ownership of `string` where it succeeds. */
static int strings_append(char ***list, char *string)
{
        size_t count = strings_count(*list);
        char **longer;

        longer = reallocarray(*list, count + 2, sizeof(char *));
        if (!longer)
                return -ENOMEM;
        longer[count] = string;
        longer[count + 1] = NULL;
        *list = longer;
        return 0;
}

int strings_add(char ***list, const char *string)
{
        CLEANUP_FREE char *copy = strdup(string);

        if (!copy || strings_append(list, copy) < 0)
                return -ENOMEM;
        steal_pointer(copy);
        return 0;
}

char **strings_copy(char *const *list)
{
        CLEANUP_STRINGS char **copy = calloc(strings_count(list) + 1, sizeof(char *));

        if (!copy)
                return NULL;
        for (size_t i = 0; list && list[i]; i++) {
                copy[i] = strdup(list[i]);
                if (!copy[i])
                        return NULL;
        }
        return steal_pointer(copy);
}

char **strings_split(const char *string, char separator)
{
        CLEANUP_STRINGS char **parts = calloc(1, sizeof(char *));
        const char *end;
        char *part;

        if (!parts)
                return NULL;
        for (; *string; string = *end ? end + 1 : end) {
                end = strchrnul(string, separator);
                if (end == string)
                        continue;
                part = strndup(string, end - string);
                if (!part || strings_append(&parts, part) < 0) {
                        free(part);
                        return NULL;
                }
        }
        return steal_pointer(parts);
}

char *strings_join(char *const *list, const char *separator)
{
        CLEANUP_FREE char *joined = NULL;
        CLEANUP_FCLOSE FILE *stream = NULL;
        size_t size;

        stream = open_memstream(&joined, &size);
        if (!stream)
                return NULL;
        for (size_t i = 0; list && list[i]; i++)
                fprintf(stream, "%s%s", i ? separator : "", list[i]);
        if (fflush(stream) != 0)
                return NULL;
        fclose(steal_pointer(stream));
        return steal_pointer(joined);
}

char *string_shell_quote(const char *word)
{
        static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                    "_-./:=,+@%";
        CLEANUP_FREE char *quoted = NULL;
        CLEANUP_FCLOSE FILE *stream = NULL;
        size_t size;

        if (*word && strspn(word, plain) == strlen(word))
                return strdup(word);
        stream = open_memstream(&quoted, &size);
        if (!stream)
                return NULL;
        fputc('\'', stream);
        for (; *word; word++) {
                if (*word == '\'')
                        fputs("'\\''", stream);
                else
                        fputc(*word, stream);
        }
        fputc('\'', stream);
        if (fflush(stream) != 0)
                return NULL;
        fclose(steal_pointer(stream));
        return steal_pointer(quoted);
}

void strings_free(char **list)
{
        for (size_t i = 0; list && list[i]; i++)
                free(list[i]);
        free(list);
}
