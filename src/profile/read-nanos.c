/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Nanos: wherever a part of the kernel is set up it registers its calls, with a flag in newer ones,
 *
 *     register_syscall(map, read, read, SYSCALL_F_SET_DESC);
 *     register_syscall(map, setuid, syscall_ignore, 0);
 *
 * of which syscall_ignore() returns 0 and does nothing.
 */

#include <errno.h>
#include <string.h>

#include "profile/scanner.h"
#include "profile/tree.h"

/* What may stand before the name in the second argument. */
static size_t prefix_length(const struct token *name)
{
        if (token_begins(name, "SYS_"))
                return strlen("SYS_");
        return token_begins(name, "__NR_") ? strlen("__NR_") : 0;
}

/* "(map, read, read, 0)" behind the bracket. Adds nothing where it is something else. */
static int parse_registration(
        const struct source_text *source, struct scanner *scanner, struct profile *profile)
{
        char text[TOKEN_TEXT_MAX];
        struct token name, token = {}, handler = {};

        if (!scanner_next(scanner, &token) || !scanner_accept(scanner, ",") ||
                !scanner_next(scanner, &name) || name.kind != TOKEN_NAME ||
                !scanner_accept(scanner, ","))
                return 0;
        /* The handler may have a cast before it. */
        while (scanner_next(scanner, &token) && !token_is(&token, ",") && !token_is(&token, ")")) {
                if (token_is(&token, "("))
                        scanner_skip_group(scanner);
                else
                        handler = token;
        }
        return profile_add(profile, token_text(&name, prefix_length(&name), text),
                token_is(&handler, "syscall_ignore") ? SUPPORT_FAKE : SUPPORT_FULL,
                source->relative, name.line, NULL);
}

int nanos_parse(const struct source_text *source, struct profile *profile, struct error *error)
{
        struct scanner scanner;
        struct token token;
        int r = 0;

        (void)error;
        scanner_start(&scanner, source, LANGUAGE_C);
        while (r == 0 && scanner_next(&scanner, &token))
                if (token_is(&token, "register_syscall") && scanner_accept(&scanner, "("))
                        r = parse_registration(source, &scanner, profile);
        return r;
}

static bool is_source(const char *relative)
{
        size_t length = strlen(relative);

        return length > 2 && strcmp(relative + length - 2, ".c") == 0 &&
               !condition_other_architecture(relative);
}

int nanos_read(const char *path, struct profile *profile, struct error *error)
{
        return tree_read_all(path, is_source, "C files", nanos_parse, profile, error);
}
