/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * OSv: the cases of a switch, each by a macro,
 *
 *     SYSCALL3(read, int, char *, size_t);
 *     SYSCALL1(sys_exit, int);
 *
 * in syscalls/syscalls.cc.in, in older trees in linux.cc itself, which also says
 * `#define __NR_sys_exit __NR_exit` where the function is not named after the call.
 */

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "arch/syscalls.h"
#include "profile/scanner.h"
#include "profile/tree.h"

/* A function's name that stands for a call. */
struct alias {
        char function[TOKEN_TEXT_MAX];
        char call[TOKEN_TEXT_MAX];
};

struct aliases {
        VECTOR(struct alias) items;
};

static void aliases_clear(struct aliases *aliases)
{
        vector_clear(&aliases->items);
}

/* "__NR_sys_exit __NR_exit", what follows #define; anything else is left alone. */
static int read_alias(const struct token *define, struct aliases *aliases)
{
        const struct source_text text = {.text = define->text, .size = define->length};
        struct scanner scanner;
        struct token function, call, more;
        struct alias *alias;

        scanner_start(&scanner, &text, LANGUAGE_PLAIN);
        if (!scanner_next(&scanner, &function) || !token_begins(&function, "__NR_") ||
                !scanner_next(&scanner, &call) || !token_begins(&call, "__NR_") ||
                scanner_next(&scanner, &more))
                return 0;
        alias = vector_add(&aliases->items);
        if (!alias)
                return -ENOMEM;
        token_text(&function, strlen("__NR_"), alias->function);
        token_text(&call, strlen("__NR_"), alias->call);
        return 0;
}

/* The call that a function is for. Where no alias is known, by what OSv puts before and behind. */
static const char *call_of(const struct aliases *aliases, char function[TOKEN_TEXT_MAX])
{
        static const char *const prefixes[] = {"sys_", "long_"};
        const struct alias *alias;
        size_t length;

        vector_for_each(alias, &aliases->items)
                if (strcmp(alias->function, function) == 0)
                        return alias->call;
        if (syscall_by_name(function))
                return function;
        for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
                length = strlen(prefixes[i]);
                if (strncmp(function, prefixes[i], length) == 0 &&
                        syscall_by_name(function + length))
                        return function + length;
        }
        return function;
}

/* SYSCALL0 to SYSCALL6. */
static bool is_macro(const struct token *token)
{
        return token_begins(token, "SYSCALL") && token->length == strlen("SYSCALL0") &&
               isdigit((unsigned char)token->text[strlen("SYSCALL")]);
}

static int parse(const struct source_text *source, struct aliases *aliases, struct profile *profile)
{
        char text[TOKEN_TEXT_MAX];
        struct scanner scanner;
        struct token token, name;
        int r = 0;

        scanner_start(&scanner, source, LANGUAGE_C);
        while (r == 0 && scanner_next(&scanner, &token)) {
                if (token.kind == TOKEN_DEFINE)
                        r = read_alias(&token, aliases);
                else if (is_macro(&token) && scanner_accept(&scanner, "(") &&
                         scanner_next(&scanner, &name) && name.kind == TOKEN_NAME)
                        r = profile_add(profile,
                                call_of(aliases, (char *)token_text(&name, 0, text)), SUPPORT_FULL,
                                source->relative, name.line, NULL);
                else if (token_is(&token, "case") && scanner_next(&scanner, &name) &&
                         token_begins(&name, "__NR_") && scanner_accept(&scanner, ":"))
                        r = profile_add(profile, token_text(&name, strlen("__NR_"), text),
                                SUPPORT_FULL, source->relative, name.line, NULL);
        }
        return r;
}

int osv_parse(const struct source_text *source, struct profile *profile, struct error *error)
{
        CLEANUP(aliases_clear) struct aliases aliases = {};

        (void)error;
        return parse(source, &aliases, profile);
}

int osv_read(const char *path, struct profile *profile, struct error *error)
{
        static const char *const files[] = {"linux.cc", "syscalls/syscalls.cc.in"};
        CLEANUP(aliases_clear) struct aliases aliases = {};
        size_t found = 0;
        int r;

        if (tree_is_file(path))
                return tree_read(path, "", osv_parse, profile, error);
        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                CLEANUP_TREE_FILE struct tree_file file = {};

                r = tree_load(path, files[i], &file, error);
                if (r == -ENOENT)
                        continue;
                if (r == 0)
                        r = parse(&file.source, &aliases, profile);
                if (r < 0)
                        return r;
                found++;
        }
        return found > 0 ? 0
                         : error_set(error, ENOENT, "%s has none of the files: %s, %s", path,
                                   files[0], files[1]);
}
