/* SPDX-License-Identifier: BSD-3-Clause */
#include "profile/scanner.h"

#include <ctype.h>
#include <string.h>

void scanner_start(
        struct scanner *scanner, const struct source_text *source, enum language language)
{
        *scanner = (struct scanner){
                .at = source->text,
                .end = source->text + source->size,
                .line = 1,
                .line_begins = true,
                .language = language,
        };
}

static bool is_at(const struct scanner *scanner, const char *text)
{
        size_t length = strlen(text);

        return (size_t)(scanner->end - scanner->at) >= length &&
               memcmp(scanner->at, text, length) == 0;
}

static void advance(struct scanner *scanner)
{
        if (*scanner->at == '\n') {
                scanner->line++;
                scanner->line_begins = true;
        }
        scanner->at++;
}

/* Goes to the next `text`, and behind it; or to the end. */
static void skip_behind(struct scanner *scanner, const char *text)
{
        while (scanner->at < scanner->end && !is_at(scanner, text))
                advance(scanner);
        for (size_t i = strlen(text); i > 0 && scanner->at < scanner->end; i--)
                advance(scanner);
}

/* Behind the opening mark. Those of Rust nest. */
static void skip_comment(struct scanner *scanner)
{
        size_t depth = 1;

        if (scanner->language != LANGUAGE_RUST) {
                skip_behind(scanner, "*/");
                return;
        }
        while (scanner->at < scanner->end && depth > 0) {
                if (is_at(scanner, "/*") || is_at(scanner, "*/")) {
                        depth += *scanner->at == '/' ? 1 : -1;
                        scanner->at++;
                }
                advance(scanner);
        }
}

static void skip_blanks(struct scanner *scanner)
{
        while (scanner->at < scanner->end) {
                if (is_at(scanner, "//")) {
                        while (scanner->at < scanner->end && *scanner->at != '\n')
                                advance(scanner);
                } else if (is_at(scanner, "/*")) {
                        scanner->at += 2;
                        skip_comment(scanner);
                } else if (isspace((unsigned char)*scanner->at) || is_at(scanner, "\\\n")) {
                        advance(scanner);
                } else {
                        return;
                }
        }
}

/* The line of a directive, with those that a backslash appends. Behind its #. */
static struct token read_directive(struct scanner *scanner)
{
        struct token token = {.kind = TOKEN_DEFINE, .text = scanner->at, .line = scanner->line};

        while (scanner->at < scanner->end && *scanner->at != '\n') {
                if (*scanner->at == '\\' && scanner->at + 1 < scanner->end)
                        advance(scanner);
                advance(scanner);
        }
        token.length = scanner->at - token.text;
        return token;
}

static void condition_push(struct scanner *scanner, enum truth truth)
{
        if (scanner->condition_count < SCANNER_CONDITIONS_MAX)
                scanner->conditions[scanner->condition_count] =
                        (struct condition){.active = truth, .passed = truth};
        scanner->condition_count++;
}

/* #else, with TRUTH_YES, or #elif. */
static void condition_turn(struct scanner *scanner, enum truth truth)
{
        struct condition *condition;

        if (scanner->condition_count == 0 || scanner->condition_count > SCANNER_CONDITIONS_MAX)
                return;
        condition = &scanner->conditions[scanner->condition_count - 1];
        condition->active = TRUTH_YES - condition->passed;
        if (truth < condition->active)
                condition->active = truth;
        if (truth > condition->passed)
                condition->passed = truth;
}

static bool is_left_out(const struct scanner *scanner)
{
        for (unsigned i = 0; i < scanner->condition_count && i < SCANNER_CONDITIONS_MAX; i++)
                if (scanner->conditions[i].active == TRUTH_NO)
                        return true;
        return false;
}

/* Follows a directive. Returns true where it is a #define, and leaves what is behind that word. */
static bool judge_directive(struct scanner *scanner, struct token *directive)
{
        const char *text = directive->text, *end = text + directive->length, *word;
        struct token name = {.kind = TOKEN_NAME};
        size_t length;

        while (text < end && isblank((unsigned char)*text))
                text++;
        word = text;
        while (text < end && isalpha((unsigned char)*text))
                text++;
        name.text = word;
        name.length = text - word;
        length = end - text;
        if (token_is(&name, "if"))
                condition_push(scanner, condition_of_if(text, length));
        else if (token_is(&name, "ifdef"))
                condition_push(scanner, condition_of_ifdef(text, length));
        else if (token_is(&name, "ifndef"))
                condition_push(scanner, TRUTH_YES - condition_of_ifdef(text, length));
        else if (token_is(&name, "elif"))
                condition_turn(scanner, condition_of_if(text, length));
        else if (token_is(&name, "else"))
                condition_turn(scanner, TRUTH_YES);
        else if (token_is(&name, "endif") && scanner->condition_count > 0)
                scanner->condition_count--;
        directive->text = text;
        directive->length = length;
        return token_is(&name, "define");
}

/* Behind the opening quote. One that is not closed on its line ends there, but in Rust and Go's raw
 * ones. */
static void read_string(struct scanner *scanner, char quote, struct token *ret)
{
        bool raw = quote == '`';
        bool lines = raw || scanner->language == LANGUAGE_RUST;

        ret->kind = TOKEN_STRING;
        ret->text = scanner->at;
        while (scanner->at < scanner->end && *scanner->at != quote) {
                if (*scanner->at == '\n' && !lines)
                        break;
                if (*scanner->at == '\\' && !raw && scanner->at + 1 < scanner->end)
                        advance(scanner);
                advance(scanner);
        }
        ret->length = scanner->at - ret->text;
        if (scanner->at < scanner->end && *scanner->at == quote)
                scanner->at++;
}

/* r"…", r#"…"#: true where one begins here, which then is read. */
static bool read_rust_raw(struct scanner *scanner, struct token *ret)
{
        const char *at = scanner->at + 1;
        char close[16] = "\"";
        size_t hashes = 0;

        if (*scanner->at != 'r')
                return false;
        while (at < scanner->end && *at == '#' && hashes + 2 < sizeof(close))
                close[++hashes] = *at++;
        if (at >= scanner->end || *at != '"')
                return false;
        scanner->at = at + 1;
        ret->kind = TOKEN_STRING;
        ret->text = scanner->at;
        skip_behind(scanner, close);
        ret->length = scanner->at - ret->text;
        if (ret->length >= hashes + 1 && scanner->at[-1] == close[hashes])
                ret->length -= hashes + 1;
        return true;
}

/* 'x', '\n'; of Rust's 'lifetime only the apostrophe, as a sign. */
static void read_apostrophe(struct scanner *scanner, struct token *ret)
{
        struct scanner ahead = *scanner;
        bool literal;

        ahead.at++;
        read_string(&ahead, '\'', ret);
        /* A character has one to four bytes, or is an escape: '\u{10ffff}'. */
        literal = ret->length > 0 && ahead.at[-1] == '\'' &&
                  (ret->length == 1 || (ret->text[0] == '\\' && ret->length <= 10) ||
                          ((unsigned char)ret->text[0] >= 0x80 && ret->length <= 4));
        if (scanner->language != LANGUAGE_RUST || literal) {
                *scanner = ahead;
                return;
        }
        ret->kind = TOKEN_SIGN;
        ret->text = scanner->at++;
        ret->length = 1;
}

static void read_word(struct scanner *scanner, struct token *ret)
{
        ret->kind = isdigit((unsigned char)*scanner->at) ? TOKEN_NUMBER : TOKEN_NAME;
        while (scanner->at < scanner->end &&
                (isalnum((unsigned char)*scanner->at) || *scanner->at == '_'))
                scanner->at++;
        ret->length = scanner->at - ret->text;
}

static void read_token(struct scanner *scanner, struct token *ret)
{
        char byte = *scanner->at;

        *ret = (struct token){
                .kind = TOKEN_SIGN, .text = scanner->at, .length = 1, .line = scanner->line};
        scanner->line_begins = false;
        if (scanner->language == LANGUAGE_RUST && read_rust_raw(scanner, ret))
                return;
        if (isalnum((unsigned char)byte) || byte == '_') {
                read_word(scanner, ret);
        } else if (byte == '"' || (byte == '`' && scanner->language == LANGUAGE_GO)) {
                scanner->at++;
                read_string(scanner, byte, ret);
        } else if (byte == '\'') {
                read_apostrophe(scanner, ret);
        } else {
                if (is_at(scanner, "=>") || is_at(scanner, "::"))
                        ret->length = 2;
                scanner->at += ret->length;
        }
}

bool scanner_next(struct scanner *scanner, struct token *ret)
{
        for (;;) {
                skip_blanks(scanner);
                *ret = (struct token){.text = scanner->at, .line = scanner->line};
                if (scanner->at >= scanner->end)
                        return false;
                if (scanner->language == LANGUAGE_C && scanner->line_begins &&
                        *scanner->at == '#') {
                        scanner->at++;
                        *ret = read_directive(scanner);
                        if (judge_directive(scanner, ret) && !is_left_out(scanner))
                                return true;
                        continue;
                }
                read_token(scanner, ret);
                if (!is_left_out(scanner))
                        return true;
        }
}

bool scanner_accept(struct scanner *scanner, const char *text)
{
        struct scanner ahead = *scanner;
        struct token token;

        if (!scanner_next(&ahead, &token) || !token_is(&token, text))
                return false;
        *scanner = ahead;
        return true;
}

void scanner_skip_group(struct scanner *scanner)
{
        struct token token;
        size_t depth = 1;

        while (depth > 0 && scanner_next(scanner, &token)) {
                if (token.kind != TOKEN_SIGN)
                        continue;
                if (memchr("([{", *token.text, 3))
                        depth++;
                else if (memchr(")]}", *token.text, 3))
                        depth--;
        }
}

bool scanner_attribute(struct scanner *scanner)
{
        const char *start;

        if (!scanner_accept(scanner, "["))
                return true;
        start = scanner->at;
        scanner_skip_group(scanner);
        return condition_of_attribute(start, scanner->at - start) != TRUTH_NO;
}

bool token_is(const struct token *token, const char *text)
{
        return (token->kind == TOKEN_NAME || token->kind == TOKEN_SIGN) &&
               strlen(text) == token->length && memcmp(text, token->text, token->length) == 0;
}

bool token_begins(const struct token *token, const char *prefix)
{
        size_t length = strlen(prefix);

        return token->kind == TOKEN_NAME && token->length > length &&
               memcmp(token->text, prefix, length) == 0;
}

const char *token_text(const struct token *token, size_t skip, char buffer[TOKEN_TEXT_MAX])
{
        size_t length = token->length - skip;

        if (length >= TOKEN_TEXT_MAX)
                length = TOKEN_TEXT_MAX - 1;
        memcpy(buffer, token->text + skip, length);
        buffer[length] = '\0';
        return buffer;
}
