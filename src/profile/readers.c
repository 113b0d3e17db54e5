/* SPDX-License-Identifier: BSD-3-Clause */
#include "profile/readers.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arch/syscalls.h"

int source_refuse(const struct source_text *source, unsigned line, struct error *error,
        const char *format, ...)
{
        char message[ERROR_MESSAGE_SIZE / 2];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(message, sizeof(message), format, arguments);
        va_end(arguments);
        if (line == 0)
                return error_set(error, EINVAL, "%s: %s", source->path, message);
        return error_set(error, EINVAL, "%s:%u: %s", source->path, line, message);
}

bool source_next_line(struct source_lines *lines)
{
        const struct source_text *source = lines->source;
        const char *end;

        if (lines->offset >= source->size)
                return false;
        lines->line = source->text + lines->offset;
        end = memchr(lines->line, '\n', source->size - lines->offset);
        if (!end)
                end = source->text + source->size;
        lines->length = end - lines->line;
        lines->offset += lines->length + 1;
        lines->number++;
        if (lines->length > 0 && lines->line[lines->length - 1] == '\r')
                lines->length--;
        return true;
}

int profile_add_number(struct profile *profile, unsigned long number, const char *name,
        const struct profile_entry *statement)
{
        const struct syscall_info *info = number < (unsigned long)syscall_number_limit(abi_native())
                                                  ? syscall_by_number(abi_native(), number)
                                                  : NULL;

        return profile_add_statement(profile, info ? info->name : name, statement);
}

struct profile_entry *profile_find_call(struct profile *profile, const char *name)
{
        const struct syscall_info *info = syscall_by_name(name);
        struct feature feature = {.kind = FEATURE_SYSCALL, .abi = abi_native()};

        if (!info || info->numbers[feature.abi] < 0)
                return NULL;
        feature.number = info->numbers[feature.abi];
        return (struct profile_entry *)profile_find(profile, &feature);
}

int profile_weaken(struct profile *profile, const char *name, enum support support,
        const char *file, unsigned line, const char *note)
{
        struct profile_entry *entry = profile_find_call(profile, name);
        char *file_copy, *note_copy;

        if (!entry || entry->support < support ||
                (entry->support == support && (entry->note || !note)))
                return 0;
        file_copy = file ? strdup(file) : NULL;
        note_copy = note ? strdup(note) : NULL;
        if ((file && !file_copy) || (note && !note_copy)) {
                free(file_copy);
                free(note_copy);
                return -ENOMEM;
        }
        free(entry->file);
        free(entry->note);
        entry->support = support;
        entry->file = file_copy;
        entry->line = line;
        entry->note = note_copy;
        return 0;
}

int profile_complete(struct profile *profile, const struct profile *other)
{
        const struct profile_entry *entry;
        const struct profile_unknown *unknown;
        size_t before = profile->entries.count;
        struct profile finished = *profile;
        int r = 0;

        /* What is added goes behind the entries that are sorted, in which alone is searched. */
        vector_for_each(entry, &other->entries) {
                finished.entries.items = profile->entries.items;
                finished.entries.count = before;
                if (r == 0 && !profile_find(&finished, &entry->feature))
                        r = profile_add_entry(profile, entry);
        }
        vector_for_each(unknown, &other->unknown)
                if (r == 0)
                        r = profile_add(profile, unknown->name, SUPPORT_FULL, unknown->file,
                                unknown->line, NULL);
        return r;
}
