/* SPDX-License-Identifier: BSD-3-Clause */
#include "profile/rust-match.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "profile/scanner.h"

/* Arms that name more calls at once than this are cut up. */
#define PATTERN_MAX 256

/* What stands before a fat arrow. */
struct pattern {
        struct token names[PATTERN_MAX];
        size_t count;
        bool applies; /* no attribute leaves it out */
        bool guarded; /* by an `if` */
};

/* One name of a call. Behind it on success. */
static bool read_name(struct scanner *scanner, enum rust_naming naming, struct token *ret)
{
        struct scanner ahead = *scanner;
        bool found;

        if (naming == RUST_VARIANTS) {
                found = scanner_accept(&ahead, "Sysno") && scanner_accept(&ahead, "::") &&
                        scanner_next(&ahead, ret) && ret->kind == TOKEN_NAME;
        } else {
                found = scanner_next(&ahead, ret) && token_begins(ret, "SYS_");
        }
        if (found)
                *scanner = ahead;
        return found;
}

/* A pattern and its arrow. Behind them on success, else where it was. */
static bool read_pattern(struct scanner *scanner, enum rust_naming naming, struct pattern *pattern)
{
        struct scanner ahead = *scanner;
        struct token token;

        pattern->count = 0;
        pattern->guarded = false;
        do {
                if (pattern->count == PATTERN_MAX ||
                        !read_name(&ahead, naming, &pattern->names[pattern->count]))
                        return false;
                pattern->count++;
        } while (scanner_accept(&ahead, "|"));
        if (scanner_accept(&ahead, "if")) {
                pattern->guarded = true;
                while (!scanner_accept(&ahead, "=>"))
                        if (!scanner_next(&ahead, &token) || token_is(&token, ";"))
                                return false;
        } else if (!scanner_accept(&ahead, "=>")) {
                return false;
        }
        *scanner = ahead;
        return true;
}

/* warn!("…"); and its like. */
static void skip_macros(struct scanner *scanner)
{
        struct scanner ahead = *scanner;
        struct token token;

        while (scanner_next(&ahead, &token) && token.kind == TOKEN_NAME &&
                !token_is(&token, "todo") && !token_is(&token, "unimplemented") &&
                scanner_accept(&ahead, "!") && scanner_accept(&ahead, "(")) {
                scanner_skip_group(&ahead);
                if (!scanner_accept(&ahead, ";"))
                        return;
                *scanner = ahead;
        }
}

/* True where the arm ends here: nothing else is done in it. */
static bool ends(struct scanner scanner)
{
        struct token token;

        return !scanner_next(&scanner, &token) || token_is(&token, ",") || token_is(&token, "}");
}

/* "Ok(0)", "Ok(())": behind the opening bracket. */
static bool is_constant(struct scanner scanner)
{
        struct token token;

        if (scanner_accept(&scanner, "(")) {
                if (!scanner_accept(&scanner, ")"))
                        return false;
        } else if (!scanner_next(&scanner, &token) ||
                   (token.kind != TOKEN_NUMBER && !token_is(&token, "SUCCESS"))) {
                return false;
        }
        if (scanner_accept(&scanner, "as"))
                scanner_next(&scanner, &token);
        return scanner_accept(&scanner, ")") && ends(scanner);
}

/* "Err(Error::new(Errno::ENOSYS))": behind the opening bracket. `*ret_missing`: it says ENOSYS. */
static bool is_error(struct scanner scanner, bool *ret_missing)
{
        struct token token;
        size_t depth = 1;

        *ret_missing = false;
        while (depth > 0) {
                if (!scanner_next(&scanner, &token))
                        return false;
                if (token_is(&token, "("))
                        depth++;
                else if (token_is(&token, ")"))
                        depth--;
                else if (token_is(&token, "ENOSYS") || token_is(&token, "Unsupported") ||
                         token_is(&token, "NoSys"))
                        *ret_missing = true;
        }
        return ends(scanner);
}

/* What an arm makes of its calls; `scanner` is behind the arrow. */
static enum support judge_arm(struct scanner scanner)
{
        struct token token;
        bool missing;

        scanner_accept(&scanner, "{");
        skip_macros(&scanner);
        if (!scanner_next(&scanner, &token))
                return SUPPORT_FULL;
        if (token_is(&token, "todo") || token_is(&token, "unimplemented"))
                return SUPPORT_MISSING;
        /* sys_dummy_fd(): a descriptor on which nothing ever happens. */
        if (token_begins(&token, "sys_dummy"))
                return SUPPORT_FAKE;
        if (token_is(&token, "Ok") && scanner_accept(&scanner, "(") && is_constant(scanner))
                return SUPPORT_FAKE;
        if (token_is(&token, "Err") && scanner_accept(&scanner, "(") && is_error(scanner, &missing))
                return missing ? SUPPORT_MISSING : SUPPORT_STUB;
        return SUPPORT_FULL;
}

static int add_arm(const struct source_text *source, const struct pattern *pattern,
        enum rust_naming naming, enum support support, struct profile *profile)
{
        size_t skip = naming == RUST_CONSTANTS ? strlen("SYS_") : 0;
        char name[TOKEN_TEXT_MAX];
        int r = 0;

        if (pattern->guarded && support == SUPPORT_FULL)
                support = SUPPORT_PARTIAL;
        for (size_t i = 0; r == 0 && i < pattern->count; i++) {
                token_text(&pattern->names[i], skip, name);
                for (char *letter = name; naming == RUST_CONSTANTS && *letter; letter++)
                        *letter = tolower((unsigned char)*letter);
                r = profile_add(
                        profile, name, support, source->relative, pattern->names[i].line, NULL);
        }
        return r;
}

int rust_match_parse(const struct source_text *source, enum rust_naming naming,
        struct profile *profile, struct error *error)
{
        struct pattern pattern;
        struct scanner scanner;
        struct token token;
        bool applies = true;
        size_t arms = 0;
        int r = 0;

        scanner_start(&scanner, source, LANGUAGE_RUST);
        while (r == 0) {
                if (read_pattern(&scanner, naming, &pattern)) {
                        arms++;
                        if (applies)
                                r = add_arm(source, &pattern, naming, judge_arm(scanner), profile);
                        applies = true;
                        continue;
                }
                if (!scanner_next(&scanner, &token))
                        break;
                if (token_is(&token, "#"))
                        applies = scanner_attribute(&scanner) && applies;
                else
                        applies = true;
        }
        if (r == 0 && arms == 0)
                return source_refuse(source, 0, error, "there is no match with arms like %s",
                        naming == RUST_CONSTANTS ? "SYS_READ => self.sys_read(…)"
                                                 : "Sysno::read => sys_read(…)");
        return r;
}
