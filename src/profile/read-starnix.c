/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Starnix, of Fuchsia: a macro makes the dispatch from the names of the calls and the number of
 * their arguments,
 *
 *     syscall_match! {
 *             locked; current_task; syscall.decl.number; args;
 *             accept4[4],
 *             #[cfg(target_arch = "x86_64")] alarm[1],
 *
 * (in the first trees with `SYS_WRITE => sys_write[3]`); what is not there is ENOSYS.
 */

#include <errno.h>
#include <string.h>

#include "profile/scanner.h"
#include "profile/tree.h"

/* The calls behind the opening brace of the macro, and its closing brace. */
static int parse_macro(
        const struct source_text *source, struct scanner *scanner, struct profile *profile)
{
        char text[TOKEN_TEXT_MAX];
        struct token token;
        bool applies = true;
        int r = 0;

        while (r == 0 && scanner_next(scanner, &token) && !token_is(&token, "}")) {
                if (token_is(&token, "#")) {
                        applies = scanner_attribute(scanner) && applies;
                } else if (token_is(&token, ",") || token_is(&token, ";")) {
                        applies = true;
                } else if (token.kind == TOKEN_NAME && scanner_accept(scanner, "[")) {
                        scanner_skip_group(scanner);
                        if (applies)
                                r = profile_add(profile,
                                        token_text(&token,
                                                token_begins(&token, "sys_") ? strlen("sys_") : 0,
                                                text),
                                        SUPPORT_FULL, source->relative, token.line, NULL);
                }
        }
        return r;
}

int starnix_parse(const struct source_text *source, struct profile *profile, struct error *error)
{
        struct scanner scanner;
        struct token token;
        bool found = false;
        int r = 0;

        scanner_start(&scanner, source, LANGUAGE_RUST);
        while (r == 0 && scanner_next(&scanner, &token)) {
                /* In macro_rules! its name stands behind, and is followed by no mark. */
                if (!token_is(&token, "syscall_match") || !scanner_accept(&scanner, "!") ||
                        !scanner_accept(&scanner, "{"))
                        continue;
                found = true;
                r = parse_macro(source, &scanner, profile);
        }
        if (r == 0 && !found)
                return source_refuse(
                        source, 0, error, "there is no syscall_match! { … read[3], … }");
        return r;
}

int starnix_read(const char *path, struct profile *profile, struct error *error)
{
        static const char *const files[] = {
                "src/starnix/kernel/syscalls/table.rs",
                "src/proc/bin/starnix/syscalls/table.rs",
                "kernel/syscalls/table.rs",
                "syscalls/table.rs",
                "src/proc/bin/starnix/syscall_table.rs",
                "src/proc/bin/starnix/table.rs",
                NULL,
        };

        return tree_read_first(path, files, starnix_parse, profile, error);
}
