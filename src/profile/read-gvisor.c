/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * gVisor: a table of Go an architecture, in which each call has a number, a name and a function
 * that says how far it is supported,
 *
 *     var AMD64 = &kernel.SyscallTable{
 *             Table: map[uintptr]kernel.Syscall{
 *                     0:  syscalls.SupportedPoint("read", Read, PointRead),
 *                     28: syscalls.PartiallySupported("madvise", Madvise, "Some advice is …", nil),
 *
 * and the same as JSON, by `runsc help syscalls -format json`.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "policy/policy.h"
#include "profile/scanner.h"
#include "profile/tree.h"

/* What gVisor calls the tables. */
static const struct {
        enum abi abi;
        const char *table, *json;
} tables[] = {
        {ABI_X86_64, "AMD64", "amd64"},
        {ABI_AARCH64, "ARM64", "arm64"},
};

enum meaning {
        MEANS_FULL,
        MEANS_PARTIAL,
        MEANS_ERROR,      /* fails with an error, which is its second argument */
        MEANS_CAPABILITY, /* fails: EPERM, or ENOSYS for who has the capability */
};

static const struct {
        const char *function;
        enum meaning meaning;
} functions[] = {
        {"Supported", MEANS_FULL},
        {"SupportedPoint", MEANS_FULL},
        {"PartiallySupported", MEANS_PARTIAL},
        {"PartiallySupportedPoint", MEANS_PARTIAL},
        {"Error", MEANS_ERROR},
        {"ErrorWithEvent", MEANS_ERROR},
        {"CapError", MEANS_CAPABILITY},
};

/* The arguments of such a function: the first string is the name, the second a note. */
struct arguments {
        struct token name;
        struct token note;
        struct token last_name; /* "ENOSYS" of linuxerr.ENOSYS: the last before the note */
        bool enosys;
};

static void read_arguments(struct scanner *scanner, struct arguments *ret)
{
        struct token token;

        while (scanner_next(scanner, &token) && !token_is(&token, ")")) {
                if (token_is(&token, "(") || token_is(&token, "{") || token_is(&token, "["))
                        scanner_skip_group(scanner);
                else if (token.kind == TOKEN_STRING && !ret->name.text)
                        ret->name = token;
                else if (token.kind == TOKEN_STRING && !ret->note.text)
                        ret->note = token;
                else if (token.kind == TOKEN_NAME && !ret->note.text)
                        ret->last_name = token;
                if (token_is(&token, "ENOSYS"))
                        ret->enosys = true;
        }
}

/* What a string of Go says: without the backslashes of its escapes. NULL when out of memory. */
static char *unescape(const struct token *string)
{
        char *text = strndup(string->text, string->length), *to = text;

        for (const char *from = text; from && *from; from++) {
                if (*from == '\\' && from[1])
                        from++;
                *to++ = *from;
        }
        if (text)
                *to = '\0';
        return text;
}

/* The note, or else the error or capability; NULL where there is none. Returns 0 or -ENOMEM. */
static int note_of(const struct arguments *arguments, enum meaning meaning, char **ret)
{
        const struct token *string = &arguments->note;

        if (!string->text || string->length == 0)
                string = &arguments->last_name;
        if (!string->text || (string == &arguments->last_name && meaning != MEANS_ERROR &&
                                     meaning != MEANS_CAPABILITY))
                return 0;
        *ret = unescape(string);
        return *ret ? 0 : -ENOMEM;
}

/* The errno that such a call fails with; 0 where none is told. */
static int errnum_of(const struct arguments *arguments, enum meaning meaning)
{
        char name[TOKEN_TEXT_MAX];

        if (meaning == MEANS_CAPABILITY)
                return EPERM;
        if (meaning != MEANS_ERROR || !arguments->last_name.text)
                return 0;
        return errno_from_name(token_text(&arguments->last_name, 0, name));
}

/* "0: syscalls.Supported(…)", behind the dot. */
static int parse_row(const struct source_text *source, struct scanner *scanner,
        const struct token *number, struct profile *profile, struct error *error)
{
        CLEANUP_FREE char *note = NULL;
        struct arguments arguments = {};
        char text[TOKEN_TEXT_MAX];
        enum support support = SUPPORT_FULL;
        struct token function;
        unsigned long value = strtoul(token_text(number, 0, text), NULL, 0);
        size_t i;

        scanner_next(scanner, &function);
        for (i = 0; i < ARRAY_SIZE(functions); i++)
                if (token_is(&function, functions[i].function))
                        break;
        if (i == ARRAY_SIZE(functions) || !scanner_accept(scanner, "("))
                return source_refuse(source, function.line, error,
                        "syscalls.%s says nothing that is known of a system call: there are "
                        "Supported, PartiallySupported, Error, ErrorWithEvent, CapError",
                        token_text(&function, 0, text));
        read_arguments(scanner, &arguments);
        if (!arguments.name.text)
                return source_refuse(
                        source, function.line, error, "the system call has no name in quotes");
        if (functions[i].meaning == MEANS_PARTIAL)
                support = SUPPORT_PARTIAL;
        else if (functions[i].meaning == MEANS_CAPABILITY)
                support = SUPPORT_STUB;
        else if (functions[i].meaning == MEANS_ERROR)
                support = arguments.enosys ? SUPPORT_MISSING : SUPPORT_STUB;
        if (note_of(&arguments, functions[i].meaning, &note) < 0)
                return -ENOMEM;
        return profile_add_number(profile, value, token_text(&arguments.name, 0, text),
                &(struct profile_entry){
                        .support = support,
                        .errnum = errnum_of(&arguments, functions[i].meaning),
                        .file = (char *)source->relative,
                        .line = number->line,
                        .note = note,
                });
}

static int parse_table(const struct source_text *source, struct scanner *scanner,
        struct profile *profile, struct error *error)
{
        struct token token, before = {};
        size_t depth = 1;
        int r = 0;

        while (r == 0 && depth > 0 && scanner_next(scanner, &token)) {
                if (token_is(&token, "{"))
                        depth++;
                else if (token_is(&token, "}"))
                        depth--;
                else if (token.kind == TOKEN_NUMBER)
                        before = token;
                else if (token_is(&token, "syscalls") && before.text &&
                         scanner_accept(scanner, "."))
                        r = parse_row(source, scanner, &before, profile, error);
        }
        return r;
}

int gvisor_parse(const struct source_text *source, struct profile *profile, struct error *error)
{
        const char *table = NULL;
        struct scanner scanner;
        struct token token;

        for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
                if (tables[i].abi == abi_native())
                        table = tables[i].table;
        if (!table)
                return source_refuse(
                        source, 0, error, "gVisor has no %s", abi_info(abi_native())->name);
        scanner_start(&scanner, source, LANGUAGE_GO);
        while (scanner_next(&scanner, &token)) {
                if (!token_is(&token, table) || !scanner_accept(&scanner, "="))
                        continue;
                scanner_accept(&scanner, "&");
                if (scanner_accept(&scanner, "kernel") && scanner_accept(&scanner, ".") &&
                        scanner_accept(&scanner, "SyscallTable") && scanner_accept(&scanner, "{"))
                        return parse_table(source, &scanner, profile, error);
        }
        return source_refuse(
                source, 0, error, "there is no table %s = &kernel.SyscallTable{…}", table);
}

int gvisor_read(const char *path, struct profile *profile, struct error *error)
{
        static const char *const files[] = {
                "pkg/sentry/syscalls/linux/linux64.go",
                "pkg/sentry/syscalls/linux/linux64_amd64.go",
                NULL,
        };

        return tree_read_first(path, files, gvisor_parse, profile, error);
}

static const struct {
        const char *word;
        enum support support;
} levels[] = {
        {"Full Support", SUPPORT_FULL},
        {"Full", SUPPORT_FULL},
        {"Partial Support", SUPPORT_PARTIAL},
        {"Partial", SUPPORT_PARTIAL},
        {"Undocumented", SUPPORT_PARTIAL}, /* there, and nobody says how far */
        {"Unimplemented", SUPPORT_MISSING},
};

/* jansson does not keep the lines: that of the `count`th "name" key behind the table's. */
static unsigned next_name_line(struct scanner *scanner)
{
        struct token token;

        while (scanner_next(scanner, &token))
                if (token.kind == TOKEN_STRING && token.length == strlen("name") &&
                        memcmp(token.text, "name", token.length) == 0)
                        return token.line;
        return 0;
}

/* Puts the scanner behind the key of the architecture's table. */
static void seek_table(struct scanner *scanner, const char *key)
{
        struct token token;

        while (scanner_next(scanner, &token))
                if (token.kind == TOKEN_STRING && token.length == strlen(key) &&
                        memcmp(token.text, key, token.length) == 0)
                        return;
}

static int add_document(const struct source_text *source, const char *number, json_t *document,
        unsigned line, struct profile *profile, struct error *error)
{
        const char *name = NULL, *level = NULL, *note = NULL;
        unsigned long value;
        char *end;

        value = strtoul(number, &end, 10);
        if (*end != '\0' || end == number ||
                json_unpack(document, "{s:s, s:s, s?s}", "name", &name, "support", &level, "note",
                        &note) < 0)
                return source_refuse(source, line, error,
                        "system call '%s' has no name and support, both of them text", number);
        for (size_t i = 0; i < ARRAY_SIZE(levels); i++)
                if (strcmp(level, levels[i].word) == 0)
                        return profile_add_number(profile, value, name,
                                &(struct profile_entry){
                                        .support = levels[i].support,
                                        .file = (char *)source->relative,
                                        .line = line,
                                        .note = note && note[0] ? (char *)note : NULL,
                                });
        return source_refuse(source, line, error,
                "'%s' is no known support: there are Full Support, Partial Support and "
                "Unimplemented",
                level);
}

/* {"linux": {"amd64": {"syscalls": {"0": {"name": "read", "support": "Full Support"}}}}} */
int gvisor_parse_json(
        const struct source_text *source, struct profile *profile, struct error *error)
{
        json_error_t what;
        json_t *root = json_loadb(source->text, source->size, 0, &what), *table = NULL, *document;
        const char *key = NULL, *number;
        struct scanner scanner;
        int r = 0;

        if (!root)
                return source_refuse(source, what.line, error, "no JSON: %s", what.text);
        for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
                if (tables[i].abi == abi_native())
                        key = tables[i].json;
        if (key)
                table = json_object_get(
                        json_object_get(json_object_get(root, "linux"), key), "syscalls");
        if (!json_is_object(table)) {
                json_decref(root);
                return source_refuse(source, 0, error,
                        "there is no object linux.%s.syscalls, as runsc help syscalls -format json "
                        "writes it",
                        key ? key : abi_info(abi_native())->name);
        }
        scanner_start(&scanner, source, LANGUAGE_PLAIN);
        seek_table(&scanner, key);
        json_object_foreach(table, number, document) if (r == 0) r =
                add_document(source, number, document, next_name_line(&scanner), profile, error);
        json_decref(root);
        return r;
}

int gvisor_read_json(const char *path, struct profile *profile, struct error *error)
{
        return tree_read(path, "", gvisor_parse_json, profile, error);
}
