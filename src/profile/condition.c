/* SPDX-License-Identifier: BSD-3-Clause */
#include "profile/condition.h"

#include <ctype.h>
#include <string.h>

#include "arch/arch.h"
#include "base/cleanup.h"

/* Deeper brackets are not followed. */
#define DEPTH_MAX 32

/* What sources call architectures. */
static const struct {
        enum abi abi; /* ABI_COUNT: one that loupe does not know */
        const char *name;
} architectures[] = {
        {ABI_X86_64, "x86_64"},
        {ABI_X86_64, "amd64"},
        {ABI_X86_64, "__x86_64__"},
        {ABI_X86_64, "__x86_64"},
        {ABI_X86_64, "__amd64__"},
        {ABI_AARCH64, "aarch64"},
        {ABI_AARCH64, "arm64"},
        {ABI_AARCH64, "__aarch64__"},
        {ABI_RISCV64, "riscv64"},
        {ABI_RISCV64, "__riscv"},
        {ABI_I386, "i386"},
        {ABI_I386, "x86_32"},
        {ABI_I386, "__i386__"},
        {ABI_COUNT, "arm"},
        {ABI_COUNT, "__arm__"},
        {ABI_COUNT, "loongarch64"},
};

/* What is left of a condition. */
struct rest {
        const char *at;
        const char *end;
        unsigned depth;
};

static enum truth truth_not(enum truth truth)
{
        return TRUTH_YES - truth;
}

static void skip_blanks(struct rest *rest)
{
        while (rest->at < rest->end && (isspace((unsigned char)*rest->at) || *rest->at == '\\'))
                rest->at++;
}

static bool accept(struct rest *rest, const char *text)
{
        size_t length = strlen(text);

        skip_blanks(rest);
        if ((size_t)(rest->end - rest->at) < length || memcmp(rest->at, text, length) != 0)
                return false;
        rest->at += length;
        return true;
}

/* A name or number; empty where there is none. */
static size_t accept_word(struct rest *rest, const char **ret)
{
        skip_blanks(rest);
        *ret = rest->at;
        while (rest->at < rest->end && (isalnum((unsigned char)*rest->at) || *rest->at == '_'))
                rest->at++;
        return rest->at - *ret;
}

static bool word_is(const char *word, size_t length, const char *text)
{
        return strlen(text) == length && memcmp(word, text, length) == 0;
}

static enum truth truth_of_architecture(const char *word, size_t length)
{
        for (size_t i = 0; i < ARRAY_SIZE(architectures); i++)
                if (word_is(word, length, architectures[i].name))
                        return architectures[i].abi == abi_native() ? TRUTH_YES : TRUTH_NO;
        return TRUTH_UNKNOWN;
}

static enum truth c_or(struct rest *rest);

static enum truth c_primary(struct rest *rest)
{
        const char *word;
        enum truth truth;
        size_t length;
        bool bracket;

        if (rest->depth >= DEPTH_MAX)
                return TRUTH_UNKNOWN;
        if (accept(rest, "!")) {
                rest->depth++;
                truth = truth_not(c_primary(rest));
                rest->depth--;
                return truth;
        }
        if (accept(rest, "(")) {
                rest->depth++;
                truth = c_or(rest);
                rest->depth--;
                return accept(rest, ")") ? truth : TRUTH_UNKNOWN;
        }
        length = accept_word(rest, &word);
        if (word_is(word, length, "0"))
                return TRUTH_NO;
        if (word_is(word, length, "1"))
                return TRUTH_YES;
        if (!word_is(word, length, "defined"))
                return truth_of_architecture(word, length);
        bracket = accept(rest, "(");
        length = accept_word(rest, &word);
        if (bracket && !accept(rest, ")"))
                return TRUTH_UNKNOWN;
        return truth_of_architecture(word, length);
}

static enum truth c_and(struct rest *rest)
{
        enum truth truth = c_primary(rest), next;

        while (accept(rest, "&&")) {
                next = c_primary(rest);
                truth = next < truth ? next : truth;
        }
        return truth;
}

static enum truth c_or(struct rest *rest)
{
        enum truth truth = c_and(rest), next;

        while (accept(rest, "||")) {
                next = c_and(rest);
                truth = next > truth ? next : truth;
        }
        return truth;
}

enum truth condition_of_if(const char *text, size_t length)
{
        struct rest rest = {.at = text, .end = text + length};
        enum truth truth = c_or(&rest);

        skip_blanks(&rest);
        if (rest.at < rest.end && !accept(&rest, "//") && !accept(&rest, "/*"))
                return TRUTH_UNKNOWN; /* a comparison, a macro with arguments */
        return truth;
}

enum truth condition_of_ifdef(const char *text, size_t length)
{
        struct rest rest = {.at = text, .end = text + length};
        const char *word;

        length = accept_word(&rest, &word);
        return truth_of_architecture(word, length);
}

static enum truth rust_predicate(struct rest *rest);

/* all(…), any(…): what is between the brackets. */
static enum truth rust_list(struct rest *rest, bool all)
{
        enum truth truth = all ? TRUTH_YES : TRUTH_NO, next;

        if (rest->depth >= DEPTH_MAX)
                return TRUTH_UNKNOWN;
        rest->depth++;
        while (!accept(rest, ")")) {
                next = rust_predicate(rest);
                if (all ? next < truth : next > truth)
                        truth = next;
                if (accept(rest, ","))
                        continue;
                if (!accept(rest, ")"))
                        return TRUTH_UNKNOWN;
                break;
        }
        rest->depth--;
        return truth;
}

static enum truth rust_value(struct rest *rest, const char *key, size_t key_length)
{
        const char *quote;
        enum truth truth;

        if (!accept(rest, "\""))
                return TRUTH_UNKNOWN;
        quote = memchr(rest->at, '"', rest->end - rest->at);
        if (!quote)
                return TRUTH_UNKNOWN;
        truth = word_is(key, key_length, "target_arch")
                        ? truth_of_architecture(rest->at, quote - rest->at)
                        : TRUTH_UNKNOWN;
        rest->at = quote + 1;
        return truth;
}

static enum truth rust_predicate(struct rest *rest)
{
        const char *word;
        size_t length = accept_word(rest, &word);

        if (accept(rest, "="))
                return rust_value(rest, word, length);
        if (!accept(rest, "("))
                return TRUTH_UNKNOWN;
        if (word_is(word, length, "all"))
                return rust_list(rest, true);
        if (word_is(word, length, "any"))
                return rust_list(rest, false);
        if (word_is(word, length, "not"))
                return truth_not(rust_list(rest, true));
        rust_list(rest, true);
        return TRUTH_UNKNOWN;
}

enum truth condition_of_attribute(const char *text, size_t length)
{
        struct rest rest = {.at = text, .end = text + length};
        const char *word;

        length = accept_word(&rest, &word);
        if (!word_is(word, length, "cfg") || !accept(&rest, "("))
                return TRUTH_YES;
        return rust_list(&rest, true);
}

bool condition_other_architecture(const char *path)
{
        const char *slash;

        for (; (slash = strchr(path, '/')); path = slash + 1)
                if (truth_of_architecture(path, slash - path) == TRUTH_NO)
                        return true;
        return false;
}
