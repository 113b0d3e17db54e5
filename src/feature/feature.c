/* SPDX-License-Identifier: BSD-3-Clause */
#include "feature/feature.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/syscalls.h"
#include "base/nearest.h"
#include "base/strings.h"

/* How the name of a call that the table does not know starts; its number follows. */
#define NUMBERED_PREFIX "syscall_"

const char *feature_name(struct feature feature, char buffer[FEATURE_NAME_MAX])
{
        const struct syscall_info *info = syscall_by_number(feature.abi, feature.number);
        const bool native = feature.abi == abi_native();
        const char *abi = native ? "" : abi_info(feature.abi)->name;
        const char *separator = native ? "" : ":";

        if (info)
                snprintf(buffer, FEATURE_NAME_MAX, "%s%s%s", abi, separator, info->name);
        else
                snprintf(buffer, FEATURE_NAME_MAX, "%s%s" NUMBERED_PREFIX "%d", abi, separator,
                        feature.number);
        return buffer;
}

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
 * follows, a part of `name`, or NULL with a message where the ABI is unknown.
 */
static const char *parse_abi(const char *name, enum abi *ret_abi, struct error *error)
{
        const char *colon = strchr(name, ':');
        char abi_name[FEATURE_NAME_MAX];

        if (!colon) {
                *ret_abi = abi_native();
                return name;
        }

        snprintf(abi_name, sizeof(abi_name), "%.*s", (int)(colon - name), name);
        if (abi_from_name(abi_name, ret_abi) < 0) {
                unknown_abi(name, error);
                return NULL;
        }
        return colon + 1;
}

int feature_parse(const char *name, struct feature *ret, struct error *error)
{
        struct feature feature = {.kind = FEATURE_SYSCALL};
        const struct syscall_info *info;
        const char *word;

        word = parse_abi(name, &feature.abi, error);
        if (!word)
                return -EINVAL;

        info = syscall_by_name(word);
        if (info && info->numbers[feature.abi] >= 0)
                feature.number = info->numbers[feature.abi];
        else if (parse_number(word, &feature.number) < 0)
                return unknown_call(feature.abi, word, error);

        *ret = feature;
        return 0;
}

int feature_compare(const void *a, const void *b)
{
        const struct feature *left = a, *right = b;

        if (left->kind != right->kind)
                return left->kind < right->kind ? -1 : 1;
        if (left->abi != right->abi)
                return left->abi < right->abi ? -1 : 1;
        if (left->number != right->number)
                return left->number < right->number ? -1 : 1;
        return 0;
}

const char *feature_kind_name(enum feature_kind kind)
{
        static const char *const names[] = {
                [FEATURE_SYSCALL] = "syscall",
        };

        return names[kind];
}
