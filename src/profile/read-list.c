/* SPDX-License-Identifier: BSD-3-Clause */

/* Plain lists, NAME.syscalls: the name of a supported call on each line. */

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "profile/tree.h"

/* Longer words are no names. */
#define WORD_MAX FEATURE_NAME_MAX

static bool is_identifier(const char *word)
{
        while (isalnum((unsigned char)*word) || *word == '_')
                word++;
        return *word == '\0';
}

/* Cuts a comment off and blanks at both ends. Returns the first byte, `*end` behind the last. */
static const char *trim(const char *line, const char **end)
{
        const char *hash = line;

        while (hash < *end && !(*hash == '#' && (hash == line || isspace((unsigned char)hash[-1]))))
                hash++;
        *end = hash;
        while (line < *end && isspace((unsigned char)*line))
                line++;
        while (*end > line && isspace((unsigned char)(*end)[-1]))
                (*end)--;
        return line;
}

static int parse_line(const struct source_text *source, const char *line, const char *end,
        unsigned number, struct profile *profile, struct error *error)
{
        char word[WORD_MAX];
        size_t length;

        line = trim(line, &end);
        length = end - line;
        for (const char *byte = line; byte < end; byte++) {
                if (isspace((unsigned char)*byte))
                        return source_refuse(source, number, error,
                                "more than one word: a list has the name of one call on each line");
                if (!isgraph((unsigned char)*byte))
                        return source_refuse(source, number, error,
                                "byte 0x%02x is no part of a name: a list is plain text with the "
                                "name of one call on each line",
                                (unsigned char)*byte);
        }
        if (length == 0)
                return 0;
        if (length >= sizeof(word))
                return source_refuse(
                        source, number, error, "%zu letters are no name of a call", length);
        memcpy(word, line, length);
        word[length] = '\0';
        if (!strchr(word, ':') && !is_identifier(word))
                return source_refuse(source, number, error,
                        "'%s' is no name: one of a call has letters, digits and underscores", word);
        return profile_add(profile, word, SUPPORT_FULL, source->relative, number, NULL);
}

int list_parse(const struct source_text *source, struct profile *profile, struct error *error)
{
        struct source_lines lines = {.source = source};
        int r = 0;

        while (r == 0 && source_next_line(&lines))
                r = parse_line(source, lines.line, lines.line + lines.length, lines.number, profile,
                        error);
        return r;
}

int list_read(const char *path, struct profile *profile, struct error *error)
{
        return tree_read(path, "", list_parse, profile, error);
}
