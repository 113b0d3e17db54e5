/* SPDX-License-Identifier: BSD-3-Clause */
#include "workload/excerpt.h"

#include <stdbool.h>
#include <string.h>

static const char ellipsis[] = "…";

static bool is_continuation(unsigned char byte)
{
        return (byte & 0xc0) == 0x80;
}

const char *excerpt(const char *text, char buffer[EXCERPT_SIZE])
{
        size_t length = strlen(text);
        bool whole = length < EXCERPT_SIZE;

        if (!whole) {
                length = EXCERPT_SIZE - sizeof(ellipsis);
                while (length > 0 && is_continuation(text[length]))
                        length--;
        }
        for (size_t i = 0; i < length; i++) {
                unsigned char byte = text[i];

                buffer[i] = byte < 0x20 || byte == 0x7f ? '?' : text[i];
        }
        strcpy(buffer + length, whole ? "" : ellipsis);
        return buffer;
}
