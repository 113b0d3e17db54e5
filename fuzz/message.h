/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Aborts unless the message is one line of the form "FILE:LINE: what is wrong". */
static inline void require_place(const char *message, const char *file)
{
        const char *line = message + strlen(file) + 1;
        size_t digits;

        if (strncmp(message, file, strlen(file)) != 0 || message[strlen(file)] != ':')
                abort();
        digits = strspn(line, "0123456789");
        if (digits == 0 || *line == '0' || strncmp(line + digits, ": ", 2) != 0)
                abort();
        for (; *message; message++)
                if (iscntrl((unsigned char)*message))
                        abort();
}
