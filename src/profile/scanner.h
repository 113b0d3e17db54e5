/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The words of source text in C, Rust, Go and languages like them, without blanks and comments:
 * enough to read tables in, not to compile. Whatever the text holds, the scanner gets to its end.
 */

#include <stdbool.h>

#include "profile/condition.h"
#include "profile/readers.h"

enum language {
        LANGUAGE_C, /* C++ as well; what the preprocessor leaves out for this ABI is left out */
        LANGUAGE_RUST,
        LANGUAGE_GO,
        LANGUAGE_PLAIN, /* the comments and names of C, nothing else */
};

enum token_kind {
        TOKEN_END,
        TOKEN_NAME,
        TOKEN_NUMBER,
        TOKEN_STRING, /* the text is what stands between the quotes, escapes as they are */
        TOKEN_SIGN,   /* one byte, or => or :: */
        TOKEN_DEFINE, /* C: what follows #define, to the end of the line */
};

/* Points into the text. */
struct token {
        enum token_kind kind;
        const char *text;
        size_t length;
        unsigned line;
};

#define SCANNER_CONDITIONS_MAX 64

/* May be copied, to look ahead. */
struct scanner {
        const char *at;
        const char *end;
        unsigned line;
        bool line_begins; /* nothing but blanks since the line's start */
        enum language language;
        struct condition conditions[SCANNER_CONDITIONS_MAX]; /* #if inside of #if */
        unsigned condition_count; /* may be above the maximum: those are not judged */
};

void scanner_start(
        struct scanner *scanner, const struct source_text *source, enum language language);

/* Writes the next token. Returns false at the end, where the token is TOKEN_END. */
bool scanner_next(struct scanner *scanner, struct token *ret);

/* Takes the next token only if it is a name or sign of this spelling. */
bool scanner_accept(struct scanner *scanner, const char *text);

/* Behind an opening bracket: goes behind the closing one that belongs to it, or to the end. */
void scanner_skip_group(struct scanner *scanner);

/* Rust: an attribute, behind its #. Returns whether what follows is for this ABI. */
bool scanner_attribute(struct scanner *scanner);

/* True for a name or sign of this spelling. */
bool token_is(const struct token *token, const char *text);

/* True for a name that begins so. */
bool token_begins(const struct token *token, const char *prefix);

#define TOKEN_TEXT_MAX 128

/* The token's text, cut where it is too long, behind its first `skip` bytes. Returns `buffer`. */
const char *token_text(const struct token *token, size_t skip, char buffer[TOKEN_TEXT_MAX]);
