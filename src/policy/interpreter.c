/* SPDX-License-Identifier: BSD-3-Clause */

#include "policy/interpreter.h"

#include <string.h>

#define BLANKS " \t"

bool interpreter_parse(const char *head, size_t size, struct interpreter *ret)
{
        char line[INTERPRETER_LINE_MAX + 1];
        size_t length, word;
        bool whole;
        char *start;

        if (size < 2 || size > INTERPRETER_LINE_MAX || memcmp(head, "#!", 2) != 0)
                return false;
        memcpy(line, head + 2, size - 2);
        line[size - 2] = '\0';
        whole = memchr(head, '\n', size) || size < INTERPRETER_LINE_MAX;

        /* A zero byte ends the path for the kernel too, and nothing behind it would reach it. */
        length = strcspn(line, "\n");
        while (length > 0 && strchr(BLANKS, line[length - 1]))
                length--;
        line[length] = '\0';
        start = line + strspn(line, BLANKS);
        word = strcspn(start, BLANKS);
        /* The argument may be cut off where the kernel stops looking, the path may not. */
        if (word == 0 || (!whole && start[word] == '\0'))
                return false;
        memcpy(ret->path, start, word);
        ret->path[word] = '\0';
        start += word;
        strcpy(ret->argument, start + strspn(start, BLANKS));
        return true;
}

bool interpreter_of_env(const char *argument, char *ret)
{
        while (*argument) {
                size_t length = strcspn(argument, BLANKS);

                if (length > 0 && argument[0] != '-' && !memchr(argument, '=', length)) {
                        if (length >= INTERPRETER_LINE_MAX)
                                return false;
                        memcpy(ret, argument, length);
                        ret[length] = '\0';
                        return true;
                }
                argument += length;
                argument += strspn(argument, BLANKS);
        }
        return false;
}
