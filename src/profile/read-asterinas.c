/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Asterinas: rules in a language of its own, SCML, say with which arguments a call works,
 *
 *     access_mode = O_RDONLY | O_WRONLY;
 *     struct pollfd = { events = POLLIN | POLLOUT, .. };
 *     open(path, flags = <access_mode> | O_CLOEXEC, mode);
 *     read(fd, buf, count);
 *
 * where a call fits that fits any of its rules. Files fully_….scml hold those that work with
 * everything Linux takes. The table in the README says which calls are missing.
 */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "profile/scanner.h"
#include "profile/tree.h"

/* A rule for a call. */
struct rule {
        struct token name;
        char *pattern; /* "flags = O_CLOEXEC | O_APPEND"; NULL: any arguments will do */
};

struct rules {
        VECTOR(struct rule) items;
};

static void rules_clear(struct rules *rules)
{
        struct rule *rule;

        vector_for_each(rule, &rules->items)
                free(rule->pattern);
        vector_clear(&rules->items);
}

/* A token of a pattern, behind a blank unless it belongs to the one before. */
static void write_token(FILE *stream, const struct token *token, const struct token *before)
{
        bool tight = token_is(token, ">") || token_is(token, ",") || token_is(before, "<") ||
                     (token_is(token, ".") && token_is(before, "."));

        if (before->text && !tight)
                fputc(' ', stream);
        fprintf(stream, "%.*s", (int)token->length, token->text);
}

/* What stands for any value: <INTEGER>, <PATH>. */
static bool matches_all(const struct scanner *behind_equals)
{
        struct scanner ahead = *behind_equals;
        struct token token;

        return scanner_accept(&ahead, "<") &&
               (scanner_accept(&ahead, "INTEGER") || scanner_accept(&ahead, "PATH")) &&
               scanner_accept(&ahead, ">") && scanner_next(&ahead, &token) &&
               (token_is(&token, ",") || token_is(&token, ")"));
}

/* One parameter that a pattern restricts, behind its equals sign, up to the comma or bracket. */
static void write_pattern(
        struct scanner *scanner, const struct token *parameter, FILE *stream, struct token *ret_end)
{
        struct token before = {};
        size_t depth = 0;

        if (ftell(stream) > 0)
                fputs(", ", stream);
        fprintf(stream, "%.*s = ", (int)parameter->length, parameter->text);
        while (scanner_next(scanner, ret_end)) {
                if (depth == 0 && (token_is(ret_end, ",") || token_is(ret_end, ")")))
                        return;
                if (token_is(ret_end, "[") || token_is(ret_end, "{"))
                        depth++;
                if ((token_is(ret_end, "]") || token_is(ret_end, "}")) && depth > 0)
                        depth--;
                write_token(stream, ret_end, &before);
                before = *ret_end;
        }
}

/* The parameters behind the bracket, and the bracket's end. `*ret` is NULL where all is allowed. */
static int parse_parameters(const struct source_text *source, struct scanner *scanner,
        const struct token *name, char **ret, struct error *error)
{
        CLEANUP_FREE char *text = NULL;
        struct token token, parameter = {};
        char call[TOKEN_TEXT_MAX];
        size_t size = 0;
        FILE *stream = open_memstream(&text, &size);
        bool open = true;

        if (!stream)
                return -ENOMEM;
        while (open && scanner_next(scanner, &token)) {
                if (token_is(&token, "=") && parameter.text && !matches_all(scanner)) {
                        write_pattern(scanner, &parameter, stream, &token);
                        parameter = (struct token){};
                }
                if (token.kind == TOKEN_NAME)
                        parameter = token;
                open = !token_is(&token, ")") && !token_is(&token, ";");
        }
        if (fclose(stream) != 0)
                return -ENOMEM;
        if (open || !token_is(&token, ")"))
                return source_refuse(source, name->line, error,
                        "the rule for %s has no closing bracket", token_text(name, 0, call));
        *ret = size > 0 ? steal_pointer(text) : NULL;
        return 0;
}

/* A definition of flags or a struct: up to its semicolon. */
static int skip_definition(const struct source_text *source, struct scanner *scanner,
        const struct token *name, struct error *error)
{
        char text[TOKEN_TEXT_MAX];
        struct token token;

        while (scanner_next(scanner, &token)) {
                if (token_is(&token, ";"))
                        return 0;
                if (token_is(&token, "{") || token_is(&token, "["))
                        scanner_skip_group(scanner);
        }
        return source_refuse(source, name->line, error,
                "the definition of %s does not end in a semicolon", token_text(name, 0, text));
}

static int parse_rule(const struct source_text *source, struct scanner *scanner,
        const struct token *name, struct rules *rules, struct error *error)
{
        struct rule *rule;
        char text[TOKEN_TEXT_MAX];
        int r;

        if (name->kind != TOKEN_NAME)
                return source_refuse(source, name->line, error,
                        "a rule begins with the name of a system call, of flags, or with struct; "
                        "not with '%s'",
                        token_text(name, 0, text));
        if (!scanner_accept(scanner, "("))
                return skip_definition(source, scanner, name, error);
        rule = vector_add(&rules->items);
        if (!rule)
                return -ENOMEM;
        rule->name = *name;
        r = parse_parameters(source, scanner, name, &rule->pattern, error);
        if (r < 0 || scanner_accept(scanner, ";"))
                return r;
        return source_refuse(source, name->line, error,
                "the rule for %s does not end in a semicolon", token_text(name, 0, text));
}

static int compare_rules(const void *a, const void *b)
{
        const struct rule *first = a, *second = b;
        size_t length =
                first->name.length < second->name.length ? first->name.length : second->name.length;
        int r = memcmp(first->name.text, second->name.text, length);

        if (r == 0 && first->name.length != second->name.length)
                r = first->name.length < second->name.length ? -1 : 1;
        if (r == 0)
                r = first->name.text < second->name.text ? -1 : 1;
        return r;
}

static bool same_call(const struct rule *a, const struct rule *b)
{
        return a->name.length == b->name.length &&
               memcmp(a->name.text, b->name.text, a->name.length) == 0;
}

/* The `count` rules of one call. */
static int add_call(const struct source_text *source, const struct rule *rules, size_t count,
        bool whole, struct profile *profile)
{
        CLEANUP_FREE char *note = NULL;
        char name[TOKEN_TEXT_MAX];
        size_t size;
        bool any = false;
        FILE *stream = open_memstream(&note, &size);

        if (!stream)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                any = any || !rules[i].pattern;
                fprintf(stream, "%s%s", i == 0 ? "" : "; ",
                        rules[i].pattern ? rules[i].pattern : "");
        }
        if (fclose(stream) != 0)
                return -ENOMEM;
        return profile_add(profile, token_text(&rules->name, 0, name),
                any || whole ? SUPPORT_FULL : SUPPORT_PARTIAL, source->relative, rules->name.line,
                any ? NULL : note);
}

static bool is_whole(const char *relative)
{
        const char *slash = strrchr(relative, '/');

        return strncmp(slash ? slash + 1 : relative, "fully_", strlen("fully_")) == 0;
}

int asterinas_parse(const struct source_text *source, struct profile *profile, struct error *error)
{
        CLEANUP(rules_clear) struct rules rules = {};
        struct scanner scanner;
        struct token token;
        size_t end;
        int r = 0;

        scanner_start(&scanner, source, LANGUAGE_PLAIN);
        while (r == 0 && scanner_next(&scanner, &token))
                r = parse_rule(source, &scanner, &token, &rules, error);
        if (rules.items.count > 1)
                qsort(rules.items.items, rules.items.count, sizeof(struct rule), compare_rules);
        for (size_t i = 0; r == 0 && i < rules.items.count; i = end) {
                for (end = i + 1; end < rules.items.count &&
                                  same_call(&rules.items.items[i], &rules.items.items[end]);)
                        end++;
                r = add_call(source, &rules.items.items[i], end - i, is_whole(source->relative),
                        profile);
        }
        return r;
}

/* The next cell of a row, "| read   |", without blanks. Returns false behind the last. */
static bool next_cell(const char **at, const char *end, struct token *ret)
{
        const char *bar = *at < end ? memchr(*at, '|', end - *at) : NULL;

        if (!bar)
                return false;
        ret->text = *at;
        ret->length = bar - *at;
        *at = bar + 1;
        while (ret->length > 0 && isspace((unsigned char)*ret->text)) {
                ret->text++;
                ret->length--;
        }
        while (ret->length > 0 && isspace((unsigned char)ret->text[ret->length - 1]))
                ret->length--;
        ret->kind = TOKEN_NAME;
        return true;
}

static bool cell_has(const struct token *cell, const char *text)
{
        return memmem(cell->text, cell->length, text, strlen(text)) != NULL;
}

/* "| 28 | madvise | ✅ | [⚠️](…) |"; newer tables have the last cell. */
int asterinas_parse_table(
        const struct source_text *source, struct profile *profile, struct error *error)
{
        struct source_lines lines = {.source = source};
        enum support support;
        char text[TOKEN_TEXT_MAX];
        size_t rows = 0;
        int r = 0;

        while (r == 0 && source_next_line(&lines)) {
                const char *at = lines.line + 1, *end = lines.line + lines.length;
                struct token number, name, mark, coverage = {};

                if (lines.length == 0 || lines.line[0] != '|' || !next_cell(&at, end, &number) ||
                        number.length == 0 || !isdigit((unsigned char)number.text[0]) ||
                        !next_cell(&at, end, &name) || !next_cell(&at, end, &mark))
                        continue;
                next_cell(&at, end, &coverage);
                rows++;
                if (cell_has(&mark, "❌"))
                        support = SUPPORT_MISSING;
                else if (!cell_has(&mark, "✅"))
                        return source_refuse(source, lines.number, error,
                                "neither ✅ nor ❌ is there for %s", token_text(&name, 0, text));
                else
                        support = coverage.text && cell_has(&coverage, "⚠") ? SUPPORT_PARTIAL
                                                                            : SUPPORT_FULL;
                r = profile_add(profile, token_text(&name, 0, text), support, source->relative,
                        lines.number, NULL);
        }
        if (r == 0 && rows == 0)
                return source_refuse(
                        source, 0, error, "there is no table with rows like | 0 | read | ✅ |");
        return r;
}

static bool is_rules(const char *relative)
{
        size_t length = strlen(relative);

        return length > strlen(".scml") &&
               strcmp(relative + length - strlen(".scml"), ".scml") == 0;
}

int asterinas_read(const char *path, struct profile *profile, struct error *error)
{
        static const char *const documents[] = {
                "book/src/kernel/linux-compatibility/README.md",
                "book/src/kernel/linux-compatibility.md",
                "docs/src/kernel/linux-compatibility.md",
                NULL,
        };
        CLEANUP_PROFILE struct profile *table = profile_new();
        int r;

        if (!table)
                return -ENOMEM;
        if (tree_is_file(path))
                return tree_read(path, "", is_rules(path) ? asterinas_parse : asterinas_parse_table,
                        profile, error);
        r = tree_read_first(path, documents, asterinas_parse_table, table, error);
        if (r == 0)
                r = profile_finish(table);
        if (r < 0)
                return r;
        r = tree_read_all(
                path, is_rules, "rules in files NAME.scml", asterinas_parse, profile, error);
        /* Older trees have the table alone. */
        if (r < 0 && r != -ENOENT)
                return r;
        r = profile_finish(profile);
        return r < 0 ? r : profile_complete(profile, table);
}
