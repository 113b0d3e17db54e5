/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Gramine, and Graphene before it: a table of handlers by number, in which 0 is no handler,
 *
 *     [__NR_read]   = (libos_syscall_t)libos_syscall_read,
 *     [__NR_mremap] = (libos_syscall_t)0, // libos_syscall_mremap
 *
 * and a document that says which of them work in part or only look as if they did:
 *
 *     - ▣ `msync()`: does not implement `MS_INVALIDATE`
 *     - ▣ `mlock()`: dummy
 */

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "profile/scanner.h"
#include "profile/tree.h"

/* "[__NR_read] = … ," behind the bracket. */
static int parse_row(const struct source_text *source, struct scanner *scanner,
        const struct token *number, struct profile *profile)
{
        char name[TOKEN_TEXT_MAX];
        struct token token, last = {};

        while (scanner_next(scanner, &token) && !token_is(&token, ",") && !token_is(&token, "}")) {
                if (token_is(&token, "("))
                        scanner_skip_group(scanner);
                else
                        last = token;
        }
        return profile_add(profile, token_text(number, strlen("__NR_"), name),
                last.kind == TOKEN_NUMBER || token_is(&last, "NULL") ? SUPPORT_MISSING
                                                                     : SUPPORT_FULL,
                source->relative, number->line, NULL);
}

int gramine_parse(const struct source_text *source, struct profile *profile, struct error *error)
{
        struct scanner scanner;
        struct token token, number;
        size_t rows = 0;
        int r = 0;

        scanner_start(&scanner, source, LANGUAGE_C);
        while (r == 0 && scanner_next(&scanner, &token)) {
                if (!token_is(&token, "[") || !scanner_next(&scanner, &number) ||
                        !token_begins(&number, "__NR_") || !scanner_accept(&scanner, "]") ||
                        !scanner_accept(&scanner, "="))
                        continue;
                rows++;
                r = parse_row(source, &scanner, &number, profile);
        }
        if (r == 0 && rows == 0)
                return source_refuse(source, 0, error,
                        "there is no table with rows like [__NR_read] = "
                        "(libos_syscall_t)libos_syscall_read");
        return r;
}

static const struct {
        const char *mark;
        enum support support;
} marks[] = {
        {"☑", SUPPORT_FULL},
        {"▣", SUPPORT_PARTIAL},
        {"☒", SUPPORT_MISSING},
};

/* One line "- ▣ `mlock()`: dummy". Returns 1; 0 where it is none; -ENOMEM. */
static int read_statement(const struct source_lines *lines, char name[TOKEN_TEXT_MAX],
        enum support *ret_support, char **ret_note)
{
        CLEANUP_FREE char *line = strndup(lines->line, lines->length);
        char *at = line, *end;
        size_t i;

        if (!line)
                return -ENOMEM;
        at += strspn(at, " \t");
        if (!string_has_prefix(at, "- "))
                return 0;
        at += strlen("- ");
        for (i = 0; i < ARRAY_SIZE(marks) && !string_has_prefix(at, marks[i].mark); i++)
                ;
        if (i == ARRAY_SIZE(marks))
                return 0;
        at += strlen(marks[i].mark);
        at += strspn(at, " ");
        end = *at == '`' ? strstr(at, "()`") : NULL;
        if (!end || end - at - 1 >= TOKEN_TEXT_MAX || end == at + 1)
                return 0;
        *end = '\0';
        strcpy(name, at + 1);
        at = end + strlen("()`");
        *ret_support = marks[i].support;
        if (!string_has_prefix(at, ": ") || at[2] == '\0')
                return 1;
        /* It does nothing, and reports success. */
        if (*ret_support == SUPPORT_PARTIAL && string_has_prefix(at + 2, "dummy"))
                *ret_support = SUPPORT_FAKE;
        *ret_note = strdup(at + 2);
        return *ret_note ? 1 : -ENOMEM;
}

/* Each call is there several times: in the list of all, and in the chapter about it, with a note.
 */
int gramine_parse_features(
        const struct source_text *source, struct profile *profile, struct error *error)
{
        struct source_lines lines = {.source = source};
        char name[TOKEN_TEXT_MAX];
        const struct profile_entry *entry;
        enum support support;
        size_t statements = 0;
        int r;

        r = profile_finish(profile);
        while (r == 0 && source_next_line(&lines)) {
                CLEANUP_FREE char *note = NULL;

                r = read_statement(&lines, name, &support, &note);
                if (r < 0)
                        return r;
                if (r == 0)
                        continue;
                r = 0;
                statements++;
                entry = profile_find_call(profile, name);
                /* A handler is there: the document is older. */
                if (support == SUPPORT_MISSING && entry && entry->support != SUPPORT_MISSING)
                        continue;
                r = profile_weaken(profile, name, support, source->relative, lines.number, note);
        }
        if (r == 0 && statements == 0)
                return source_refuse(source, 0, error, "there is no line like - ☑ `read()`");
        return r;
}

int gramine_read(const char *path, struct profile *profile, struct error *error)
{
        static const char *const tables[] = {
                "libos/src/arch/x86_64/libos_table.c",
                "LibOS/shim/src/arch/x86_64/shim_table.c",
                "LibOS/shim/src/shim_table.c",
                NULL,
        };
        int r;

        r = tree_read_first(path, tables, gramine_parse, profile, error);
        if (r < 0 || tree_is_file(path))
                return r;
        r = tree_read(
                path, "Documentation/devel/features.md", gramine_parse_features, profile, error);
        return r == -ENOENT ? 0 : r;
}
