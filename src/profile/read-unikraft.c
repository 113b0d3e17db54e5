/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Unikraft: each library says in its Makefile.uk which calls it brings, with the number of their
 * arguments, and with an `e` where the call wants the caller's registers:
 *
 *     UK_PROVIDED_SYSCALLS-$(CONFIG_LIBVFSCORE) += read-3 execve-3e
 */

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "profile/tree.h"

#define VARIABLE "UK_PROVIDED_SYSCALLS"
#define WORD_MAX 256

struct makefile {
        const struct source_text *source;
        struct profile *profile;
        char option[WORD_MAX]; /* that the calls depend on: "CONFIG_LIBVFSCORE", or "" */
};

/* "read-3", with `length` letters. */
static int add_word(struct makefile *makefile, const char *word, size_t length, unsigned line,
        struct error *error)
{
        size_t name = 0, digits;
        char call[WORD_MAX];

        while (name < length && (isalnum((unsigned char)word[name]) || word[name] == '_'))
                name++;
        digits = name + 1;
        while (digits < length && isdigit((unsigned char)word[digits]))
                digits++;
        while (digits > name + 1 && digits < length && islower((unsigned char)word[digits]))
                digits++;
        if (name == 0 || name >= sizeof(call) || name + 1 >= length || word[name] != '-' ||
                digits != length || !isdigit((unsigned char)word[name + 1]))
                return source_refuse(makefile->source, line, error,
                        "'%.*s' is not a system call and the number of its arguments, as in "
                        "read-3",
                        (int)(length < WORD_MAX ? length : WORD_MAX), word);
        memcpy(call, word, name);
        call[name] = '\0';
        return profile_add(makefile->profile, call, SUPPORT_FULL, makefile->source->relative, line,
                makefile->option[0] ? makefile->option : NULL);
}

/* What is assigned, of one line. `*ret_continued`: the next line goes on with it. */
static int add_words(struct makefile *makefile, const struct source_lines *lines, size_t offset,
        bool *ret_continued, struct error *error)
{
        const char *text = lines->line;
        size_t start;
        int r = 0;

        *ret_continued = lines->length > 0 && text[lines->length - 1] == '\\';
        while (r == 0 && offset < lines->length) {
                while (offset < lines->length &&
                        (isspace((unsigned char)text[offset]) || text[offset] == '\\'))
                        offset++;
                start = offset;
                while (offset < lines->length && !isspace((unsigned char)text[offset]) &&
                        text[offset] != '\\')
                        offset++;
                if (offset > start && text[start] == '#')
                        break;
                if (offset > start)
                        r = add_word(makefile, text + start, offset - start, lines->number, error);
        }
        return r;
}

/* Remembers the option in "-$(CONFIG_X) += ". Returns the offset of what is assigned, or 0. */
static size_t read_option(struct makefile *makefile, const struct source_lines *lines)
{
        const char *end = lines->line + lines->length;
        const char *equals = memchr(lines->line, '=', lines->length);
        const char *open, *close;

        makefile->option[0] = '\0';
        if (!equals)
                return 0;
        open = memchr(lines->line, '(', equals - lines->line);
        close = open ? memchr(open, ')', equals - open) : NULL;
        if (close && (size_t)(close - open - 1) < sizeof(makefile->option)) {
                memcpy(makefile->option, open + 1, close - open - 1);
                makefile->option[close - open - 1] = '\0';
        }
        return equals + 1 < end ? equals + 1 - lines->line : lines->length;
}

int unikraft_parse(const struct source_text *source, struct profile *profile, struct error *error)
{
        struct makefile makefile = {.source = source, .profile = profile};
        struct source_lines lines = {.source = source};
        bool continued = false;
        size_t blanks, offset;
        int r = 0;

        while (r == 0 && source_next_line(&lines)) {
                for (blanks = 0;
                        blanks < lines.length && isspace((unsigned char)lines.line[blanks]);)
                        blanks++;
                offset = 0;
                if (!continued) {
                        if (lines.length - blanks < strlen(VARIABLE) ||
                                memcmp(lines.line + blanks, VARIABLE, strlen(VARIABLE)) != 0)
                                continue;
                        offset = read_option(&makefile, &lines);
                        if (offset == 0)
                                continue;
                }
                r = add_words(&makefile, &lines, offset, &continued, error);
        }
        return r;
}

static bool is_makefile(const char *relative)
{
        const char *slash = strrchr(relative, '/');

        return strcmp(slash ? slash + 1 : relative, "Makefile.uk") == 0;
}

int unikraft_read(const char *path, struct profile *profile, struct error *error)
{
        return tree_read_all(path, is_makefile, "Makefile.uk", unikraft_parse, profile, error);
}
