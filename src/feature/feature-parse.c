/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/syscalls.h"
#include "base/nearest.h"
#include "base/strings.h"
#include "feature/feature.h"
#include "feature/pseudo-file.h"
#include "feature/selector.h"
#include "feature/spelling.h"

/* The call of `abi` whose name is nearest to `word`, or NULL where none is near. */
static const struct syscall_info *nearest_call(enum abi abi, const char *word)
{
        struct nearest nearest = {.wanted = word};

        for (size_t i = 0; i < syscall_table_size; i++) {
                if (syscall_table[i].numbers[abi] >= 0)
                        nearest_consider(&nearest, syscall_table[i].name);
        }
        return nearest.word ? syscall_by_name(nearest.word) : NULL;
}

/* An ABI that programs of this machine can use and that has the call; `abi` where none has. */
static enum abi other_abi_with(const struct syscall_info *info, enum abi abi)
{
        for (enum abi other = 0; other < ABI_COUNT; other++) {
                if (abi_reachable(other) && info->numbers[other] >= 0)
                        return other;
        }
        return abi;
}

/* Sets the message for a word that names no call of `abi`. Returns -EINVAL. */
static int unknown_call(enum abi abi, const char *word, struct error *error)
{
        const struct syscall_info *meant = syscall_by_name(word);
        const char *abi_name = abi_info(abi)->name;
        struct feature feature = {.kind = FEATURE_SYSCALL, .abi = abi};
        char suggestion[FEATURE_NAME_MAX];

        if (meant)
                feature.abi = other_abi_with(meant, abi);
        else
                meant = nearest_call(abi, word);
        if (!meant || meant->numbers[feature.abi] < 0)
                return error_set(error, EINVAL, "%s has no system call '%s'", abi_name, word);

        feature.number = meant->numbers[feature.abi];
        feature_name(feature, suggestion);
        return error_set(error, EINVAL, "%s has no system call '%s': did you mean '%s'?", abi_name,
                word, suggestion);
}

/*
 * Reads the number in "syscall_470". Returns 0, or -EINVAL where `word` is not of this form or the
 * number is none: the bit that marks x32's calls is part of no number.
 */
static int parse_number(const char *word, int *ret)
{
        const char *digits;
        unsigned long number;
        char *end;

        if (!string_has_prefix(word, NUMBERED_PREFIX))
                return -EINVAL;
        digits = word + strlen(NUMBERED_PREFIX);
        if (!isdigit((unsigned char)*digits))
                return -EINVAL;

        number = strtoul(digits, &end, 10);
        if (*end != '\0' || number >= X32_SYSCALL_BIT)
                return -EINVAL;
        *ret = (int)number;
        return 0;
}

/* Finds a call by its name, or by its number. Returns 0, or -EINVAL where `abi` has no such call.
 */
static int find_call(enum abi abi, const char *word, int *ret_number)
{
        const struct syscall_info *info = syscall_by_name(word);

        if (info && info->numbers[abi] >= 0) {
                *ret_number = info->numbers[abi];
                return 0;
        }
        return parse_number(word, ret_number);
}

/*
 * Copies the word in front of the next colon; one too long for `buffer` is cut, and so is no name
 * of anything. Returns what follows the colon, or NULL where there is none.
 */
static const char *take_word(const char *text, char buffer[FEATURE_NAME_MAX])
{
        size_t length = strcspn(text, ":");

        snprintf(
                buffer, FEATURE_NAME_MAX, "%.*s", (int)(length < INT_MAX ? length : INT_MAX), text);
        return text[length] == ':' ? text + length + 1 : NULL;
}

/* Sets the message for a name whose part before the colon is no ABI. */
static void unknown_abi(const char *name, struct error *error)
{
        char known[256];
        size_t length = 0;

        for (enum abi abi = 0; abi < ABI_COUNT; abi++)
                length += snprintf(known + length, sizeof(known) - length, "%s%s",
                        abi == 0 ? "" : ", ", abi_info(abi)->name);
        error_set(error, EINVAL, "unknown ABI in '%s': it is one of %s", name, known);
}

/*
 * Takes the ABI off the front of "i386:read"; without one it is the native ABI. Returns what
 * follows, a part of `name`, or NULL with a message where the word in front of the first colon is
 * neither an ABI nor a call.
 */
static const char *parse_abi(const char *name, enum abi *ret_abi, struct error *error)
{
        char first[FEATURE_NAME_MAX], second[FEATURE_NAME_MAX];
        const char *rest = take_word(name, first);
        int number;

        if (rest && abi_from_name(first, ret_abi) == 0)
                return rest;
        *ret_abi = abi_native();
        if (!rest || find_call(abi_native(), first, &number) == 0)
                return name;

        /* Which of the two was misspelt shows in what follows. */
        take_word(rest, second);
        if (rest[0] == '/')
                error_set(error, EINVAL, "'%s' does not begin as a feature: did you mean '%s%s'?",
                        name, FILE_PREFIX, rest);
        else if (first[0] == '\0' || syscall_by_name(second))
                unknown_abi(name, error);
        else
                unknown_call(abi_native(), first, error);
        return NULL;
}

/* The selectors among which a value is looked for: those of a call, or one of them by name. */
struct candidates {
        const struct selector *selectors; /* of the call */
        size_t first, end;
};

/* Sets the message for a selector's name that the call does not know. Returns -EINVAL. */
static int unknown_selector(const char *call, const char *word, const struct candidates *candidates,
        struct error *error)
{
        char known[256] = "";
        size_t length = 0;

        for (size_t i = 0; i < candidates->end; i++)
                length += snprintf(known + length, sizeof(known) - length, "%s%s", i ? ", " : "",
                        candidates->selectors[i].name);
        return error_set(error, EINVAL, "%s has no argument '%s' that divides it, but: %s", call,
                word, known);
}

/*
 * Sets the message for a word that names no value of a call. Suggests the nearest one; in other
 * letter case every letter is wrong, yet nothing could be nearer. Returns -EINVAL.
 */
static int unknown_value(const char *call, const char *word, const struct candidates *candidates,
        struct error *error)
{
        struct nearest nearest = {.wanted = word};

        for (size_t i = candidates->first; i < candidates->end; i++) {
                const struct selector *selector = &candidates->selectors[i];

                for (size_t j = 0; j < selector->value_count; j++) {
                        nearest_consider(&nearest, selector->values[j].name);
                        if (strcasecmp(word, selector->values[j].name) == 0)
                                return error_set(error, EINVAL,
                                        "%s has no value '%s': did you mean '%s:%s'?", call, word,
                                        call, selector->values[j].name);
                }
        }
        if (!nearest.word)
                return error_set(error, EINVAL, "%s has no value '%s'", call, word);
        return error_set(error, EINVAL, "%s has no value '%s': did you mean '%s:%s'?", call, word,
                call, nearest.word);
}

/*
 * Reads a number, decimal or with 0x hexadecimal, up to `end`. Returns 0, or -EINVAL where there is
 * none or it is above `maximum`.
 */
static int parse_integer(const char *text, char end, uint64_t maximum, uint64_t *ret)
{
        bool hexadecimal = string_has_prefix(text, "0x");
        const char *digits = hexadecimal ? text + 2 : text;
        unsigned long long value;
        char *stop;

        if (!(hexadecimal ? isxdigit((unsigned char)*digits) : isdigit((unsigned char)*digits)))
                return -EINVAL;
        errno = 0;
        value = strtoull(digits, &stop, hexadecimal ? 16 : 10);
        if (*stop != end || errno != 0 || value > maximum)
                return -EINVAL;
        *ret = value;
        return 0;
}

/* Reads the number of a value; of a pair two with a slash in between. Returns 0 or -EINVAL. */
static int parse_word(const char *text, uint64_t *ret, bool *ret_pair)
{
        const char *slash = strchr(text, '/');
        uint64_t upper, lower;

        *ret_pair = slash != NULL;
        if (!slash)
                return parse_integer(text, '\0', UINT64_MAX, ret);
        if (parse_integer(text, '/', UINT32_MAX, &upper) < 0 ||
                parse_integer(slash + 1, '\0', UINT32_MAX, &lower) < 0)
                return -EINVAL;
        *ret = upper << 32 | lower;
        return 0;
}

/* True where a call's masked word can have the value. */
static bool is_possible(const struct selector *selector, uint64_t value)
{
        if (value & ~selector->mask)
                return false;
        if (selector->kind == SELECTOR_ENUMERATION)
                return true;
        return value == 0 ? selector_value_find(selector, 0) != NULL : (value & (value - 1)) == 0;
}

/* Takes a number for the value of the only candidate. Returns 0, or -EINVAL with a message. */
static int parse_numeric_value(const char *call, const char *word, uint64_t value, bool pair,
        const struct candidates *candidates, struct feature *feature, struct error *error)
{
        const struct selector *selector = &candidates->selectors[candidates->first];

        if (candidates->end - candidates->first > 1)
                return error_set(error, EINVAL,
                        "'%s' could be a value of several arguments of %s: write '%s:%s:%s', or "
                        "another name",
                        word, call, call, selector->name, word);
        if (pair != (selector->source == SELECTOR_PAIR))
                return error_set(error, EINVAL, "a value of %s's %s is %s, not '%s'", call,
                        selector->name, pair ? "one number" : "two numbers, as 0x1/0x2", word);
        if (!is_possible(selector, value))
                return error_set(error, EINVAL, "%s is no single value of %s's %s", word, call,
                        selector->name);
        feature->selector = candidates->first;
        feature->value = value;
        return 0;
}

/* Finds a value by its name. Returns 0, or -ENOENT. */
static int find_value(
        const char *word, const struct candidates *candidates, struct feature *feature)
{
        for (size_t i = candidates->first; i < candidates->end; i++) {
                const struct selector *selector = &candidates->selectors[i];

                for (size_t j = 0; j < selector->value_count; j++) {
                        if (string_equal(selector->values[j].name, word)) {
                                feature->selector = i;
                                feature->value = selector->values[j].value;
                                return 0;
                        }
                }
        }
        return -ENOENT;
}

/* Reads what follows a call's name, "F_SETFL" or "cmd:F_SETFL", into the feature of the call. */
static int parse_value(const char *text, struct feature *feature, struct error *error)
{
        struct candidates candidates = {};
        char call[FEATURE_NAME_MAX], word[FEATURE_NAME_MAX];
        const char *rest;
        uint64_t value;
        bool pair;

        candidates.selectors = selectors_of(feature->abi, feature->number, &candidates.end);
        feature_name(*feature, call);
        if (candidates.end == 0)
                return error_set(error, EINVAL, "%s is not divided into sub-features", call);

        rest = take_word(text, word);
        if (rest) {
                while (candidates.first < candidates.end &&
                        !string_equal(candidates.selectors[candidates.first].name, word))
                        candidates.first++;
                if (candidates.first == candidates.end)
                        return unknown_selector(call, word, &candidates, error);
                candidates.end = candidates.first + 1;
                snprintf(word, sizeof(word), "%s", rest);
        }

        feature->kind = FEATURE_SUBFEATURE;
        if (find_value(word, &candidates, feature) == 0)
                return 0;
        if (parse_word(word, &value, &pair) == 0)
                return parse_numeric_value(call, word, value, pair, &candidates, feature, error);
        return unknown_value(call, word, &candidates, error);
}

/* True for the three octal digits of a byte; no path holds the byte 0. */
static bool is_escape(const char *digits)
{
        return digits[0] >= '0' && digits[0] <= '3' && digits[1] >= '0' && digits[1] <= '7' &&
               digits[2] >= '0' && digits[2] <= '7' && strncmp(digits, "000", 3) != 0;
}

/* Reads the path in "file:/proc/meminfo". */
static int parse_file(const char *text, struct feature *ret, struct error *error)
{
        char path[PATH_MAX];
        size_t length = 0;

        for (const char *from = text; *from != '\0'; from++) {
                if (length == sizeof(path) - 1)
                        return error_set(error, EINVAL, "too long for a path: '%s'", text);
                if (*from != '\\') {
                        path[length++] = *from;
                        continue;
                }
                if (!is_escape(from + 1))
                        return error_set(error, EINVAL,
                                "three octal digits have to follow the backslash in '%s'", text);
                path[length++] =
                        (char)(((from[1] - '0') << 6) | ((from[2] - '0') << 3) | (from[3] - '0'));
                from += 3;
        }
        path[length] = '\0';
        if (!pseudo_file_feature(path, ret))
                return error_set(error, EINVAL,
                        "'%s' is no pseudo-file: their paths start with /proc, /sys or /dev", text);
        return 0;
}

int feature_parse(const char *name, struct feature *ret, struct error *error)
{
        struct feature feature = {.kind = FEATURE_SYSCALL};
        char word[FEATURE_NAME_MAX];
        const char *rest;
        int r;

        if (string_has_prefix(name, FILE_PREFIX))
                return parse_file(name + strlen(FILE_PREFIX), ret, error);

        rest = parse_abi(name, &feature.abi, error);
        if (!rest)
                return -EINVAL;
        rest = take_word(rest, word);
        if (find_call(feature.abi, word, &feature.number) < 0)
                return unknown_call(feature.abi, word, error);
        if (rest) {
                r = parse_value(rest, &feature, error);
                if (r < 0)
                        return r;
        }
        *ret = feature;
        return 0;
}
