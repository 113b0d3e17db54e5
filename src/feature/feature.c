/* SPDX-License-Identifier: BSD-3-Clause */
#include "feature/feature.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arch/syscalls.h"
#include "feature/spelling.h"

/* Writes the name of a call, that of its ABI before it where that is not the native one. Returns
 * the length. */
static size_t call_name(enum abi abi, int number, char buffer[FEATURE_NAME_MAX])
{
        const struct syscall_info *info = syscall_by_number(abi, number);
        const bool native = abi == abi_native();
        const char *abi_name = native ? "" : abi_info(abi)->name;
        const char *separator = native ? "" : ":";

        if (info)
                return snprintf(
                        buffer, FEATURE_NAME_MAX, "%s%s%s", abi_name, separator, info->name);
        return snprintf(
                buffer, FEATURE_NAME_MAX, "%s%s" NUMBERED_PREFIX "%d", abi_name, separator, number);
}

/* Writes the value behind the call's name, which is `length` long. */
static void value_name(const struct feature *feature, char *buffer, size_t length)
{
        size_t count, room = FEATURE_NAME_MAX - length;
        const struct selector *selectors = selectors_of(feature->abi, feature->number, &count);
        const struct selector *selector;
        const struct selector_value *value;

        if (feature->selector >= count) {
                snprintf(buffer + length, room, ":%u:%#" PRIx64, feature->selector, feature->value);
                return;
        }
        selector = &selectors[feature->selector];
        value = selector_value_find(selector, feature->value);
        if (value) {
                snprintf(buffer + length, room, ":%s", value->name);
                return;
        }
        if (count > 1) {
                length += snprintf(buffer + length, room, ":%s", selector->name);
                room = FEATURE_NAME_MAX - length;
        }
        if (selector->source == SELECTOR_PAIR)
                snprintf(buffer + length, room, ":0x%" PRIx64 "/0x%" PRIx64, feature->value >> 32,
                        feature->value & UINT32_MAX);
        else
                snprintf(buffer + length, room, ":0x%" PRIx64, feature->value);
}

/* Writes a path, as octal numbers those bytes that end a word or are no printable ASCII. */
static void file_name(const char *path, char buffer[FEATURE_NAME_MAX])
{
        size_t length = snprintf(buffer, FEATURE_NAME_MAX, "%s", FILE_PREFIX);

        for (; *path != '\0' && length + sizeof("\\000") <= FEATURE_NAME_MAX; path++) {
                unsigned char byte = *path;

                if (byte > ' ' && byte < 0x7f && !strchr(",=\\", byte))
                        buffer[length++] = byte;
                else
                        length += snprintf(
                                buffer + length, FEATURE_NAME_MAX - length, "\\%03o", byte);
        }
        buffer[length] = '\0';
}

const char *feature_name(struct feature feature, char buffer[FEATURE_NAME_MAX])
{
        size_t length;

        if (feature.kind == FEATURE_FILE) {
                file_name(feature.path, buffer);
                return buffer;
        }
        length = call_name(feature.abi, feature.number, buffer);
        if (feature.kind == FEATURE_SUBFEATURE)
                value_name(&feature, buffer, length);
        return buffer;
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
        if (left->selector != right->selector)
                return left->selector < right->selector ? -1 : 1;
        if (left->value != right->value)
                return left->value < right->value ? -1 : 1;
        return strcmp(left->path, right->path);
}

struct feature feature_call(struct feature feature)
{
        return (struct feature){FEATURE_SYSCALL, feature.abi, feature.number};
}

const struct selector *feature_selector(struct feature feature)
{
        size_t count;

        return &selectors_of(feature.abi, feature.number, &count)[feature.selector];
}

const char *feature_kind_name(enum feature_kind kind)
{
        static const char *const names[] = {
                [FEATURE_SYSCALL] = "syscall",
                [FEATURE_SUBFEATURE] = "subfeature",
                [FEATURE_FILE] = "file",
        };

        return names[kind];
}
