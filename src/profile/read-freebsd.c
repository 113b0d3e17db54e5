/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * FreeBSD's Linuxulator: a table of all calls by number, syscalls.master,
 *
 *     0    AUE_NULL    NOPROTO {  int read(int fd, char *buf, u_int nbyte); }
 *     134  AUE_USELIB  UNIMPL  uselib
 *     335-423 AUE_NULL UNIMPL nosys
 *
 * and files of C that name those of the table which only say that they are missing:
 *
 *     DUMMY(pivot_root);
 */

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/syscalls.h"
#include "base/strings.h"
#include "profile/scanner.h"
#include "profile/tree.h"

/* What the table calls them; types are joined by bars. */
static const struct {
        const char *type;
        enum support support;
} types[] = {
        {"STD", SUPPORT_FULL},
        {"NOPROTO", SUPPORT_FULL},
        {"NODEF", SUPPORT_FULL},
        {"NOARGS", SUPPORT_FULL},
        {"NOSTD", SUPPORT_FULL},
        {"SYSMUX", SUPPORT_FULL},
        {"CAPENABLED", SUPPORT_FULL},
        {"NOTSTATIC", SUPPORT_FULL},
        {"NOLIB", SUPPORT_FULL},
        {"UNIMPL", SUPPORT_MISSING},
        {"OBSOL", SUPPORT_MISSING},
        {"RESERVED", SUPPORT_MISSING},
};

/* The least that the words between the bars say. */
static int parse_type(
        const struct source_lines *lines, char *type, enum support *ret, struct error *error)
{
        enum support support = SUPPORT_FULL;
        size_t i;

        for (char *rest, *word = strtok_r(type, "|", &rest); word;
                word = strtok_r(NULL, "|", &rest)) {
                for (i = 0; i < ARRAY_SIZE(types); i++)
                        if (strcmp(word, types[i].type) == 0)
                                break;
                if (i == ARRAY_SIZE(types))
                        return source_refuse(lines->source, lines->number, error,
                                "'%s' is no known type of a system call: there are STD, NOPROTO, "
                                "UNIMPL, OBSOL and their like",
                                word);
                if (types[i].support < support)
                        support = types[i].support;
        }
        *ret = support;
        return 0;
}

/* A line that begins with a number or a range of them. */
static int parse_row(const struct source_lines *lines, struct profile *profile, struct error *error)
{
        CLEANUP_FREE char *line = strndup(lines->line, lines->length);
        unsigned long first, last;
        char audit[64], type[64] = "", *end;
        enum support support = SUPPORT_FULL;
        int limit = syscall_number_limit(abi_native()), r;

        if (!line)
                return -ENOMEM;
        first = last = strtoul(line, &end, 10);
        if (*end == '-')
                last = strtoul(end + 1, &end, 10);
        if (sscanf(end, "%63s %63[A-Z|0-9_]", audit, type) != 2 || !isspace((unsigned char)*end))
                return source_refuse(lines->source, lines->number, error,
                        "a number, an audit event and a type are looked for, as in: 0 AUE_NULL "
                        "STD { … }");
        r = parse_type(lines, type, &support, error);
        for (unsigned long i = first; r == 0 && i <= last && i < (unsigned long)limit; i++)
                if (syscall_by_number(abi_native(), i))
                        r = profile_add_number(profile, i, "",
                                &(struct profile_entry){
                                        .support = support,
                                        .file = (char *)lines->source->relative,
                                        .line = lines->number,
                                });
        return r;
}

int freebsd_parse(const struct source_text *source, struct profile *profile, struct error *error)
{
        struct source_lines lines = {.source = source};
        int r = 0;

        while (r == 0 && source_next_line(&lines))
                if (lines.length > 0 && isdigit((unsigned char)lines.line[0]))
                        r = parse_row(&lines, profile, error);
        return r;
}

int freebsd_parse_dummies(
        const struct source_text *source, struct profile *profile, struct error *error)
{
        char text[TOKEN_TEXT_MAX];
        struct scanner scanner;
        struct token token, name;
        int r;

        (void)error;
        r = profile_finish(profile);
        scanner_start(&scanner, source, LANGUAGE_C);
        while (r == 0 && scanner_next(&scanner, &token)) {
                if ((!token_is(&token, "DUMMY") && !token_is(&token, "UNIMPLEMENTED")) ||
                        !scanner_accept(&scanner, "(") || !scanner_next(&scanner, &name) ||
                        name.kind != TOKEN_NAME)
                        continue;
                r = profile_weaken(profile, token_text(&name, 0, text), SUPPORT_MISSING,
                        source->relative, name.line, NULL);
        }
        return r;
}

int freebsd_read(const char *path, struct profile *profile, struct error *error)
{
        const char *machine = abi_native() == ABI_X86_64    ? "amd64"
                              : abi_native() == ABI_AARCH64 ? "arm64"
                                                            : abi_info(abi_native())->name;
        CLEANUP_FREE char *table = string_format("sys/%s/linux/syscalls.master", machine);
        CLEANUP_FREE char *own = string_format("sys/%s/linux/linux_dummy_machdep.c", machine);
        CLEANUP_FREE char *old = string_format("sys/%s/linux/linux_dummy.c", machine);
        const char *const tables[] = {table, NULL};
        const char *const dummies[] = {
                "sys/compat/linux/linux_dummy.c", "sys/x86/linux/linux_dummy_x86.c", own, old};
        int r;

        if (!table || !own || !old)
                return -ENOMEM;
        r = tree_read_first(path, tables, freebsd_parse, profile, error);
        if (tree_is_file(path))
                return r;
        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(dummies); i++) {
                r = tree_read(path, dummies[i], freebsd_parse_dummies, profile, error);
                if (r == -ENOENT)
                        r = 0;
        }
        return r;
}
