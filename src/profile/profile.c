/* SPDX-License-Identifier: BSD-3-Clause */
#include "profile/profile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "arch/syscalls.h"
#include "base/nearest.h"
#include "base/strings.h"

static const char *const support_names[SUPPORT_COUNT] = {
        [SUPPORT_MISSING] = "missing",
        [SUPPORT_STUB] = "stub",
        [SUPPORT_FAKE] = "fake",
        [SUPPORT_PARTIAL] = "partial",
        [SUPPORT_FULL] = "supported",
};

const char *support_name(enum support support)
{
        return support_names[support];
}

int support_parse(const char *word, enum support *ret, struct error *error)
{
        for (enum support support = 0; support < SUPPORT_COUNT; support++)
                if (strcasecmp(word, support_names[support]) == 0) {
                        *ret = support;
                        return 0;
                }
        return error_set(error, EINVAL,
                "'%s' is no status: there are supported, partial, fake, stub and missing", word);
}

struct profile *profile_new(void)
{
        return calloc(1, sizeof(struct profile));
}

static void entry_clear(struct profile_entry *entry)
{
        free(entry->file);
        free(entry->note);
}

static void unknown_clear(struct profile_unknown *unknown)
{
        free(unknown->name);
        free(unknown->file);
}

struct profile *profile_free(struct profile *profile)
{
        struct profile_entry *entry;
        struct profile_unknown *unknown;

        if (!profile)
                return NULL;
        vector_for_each(entry, &profile->entries)
                entry_clear(entry);
        vector_clear(&profile->entries);
        vector_for_each(unknown, &profile->unknown)
                unknown_clear(unknown);
        vector_clear(&profile->unknown);
        free(profile->name);
        free(profile->source);
        free(profile);
        return NULL;
}

static int add_unknown(struct profile *profile, const char *name, const char *file, unsigned line)
{
        struct profile_unknown *unknown = vector_add(&profile->unknown);

        if (!unknown)
                return -ENOMEM;
        unknown->line = line;
        if (string_copy(name, &unknown->name) == 0 && string_copy(file, &unknown->file) == 0)
                return 0;
        unknown_clear(unknown);
        profile->unknown.count--;
        return -ENOMEM;
}

int profile_add_entry(struct profile *profile, const struct profile_entry *entry)
{
        struct profile_entry *added = vector_add(&profile->entries);

        if (!added)
                return -ENOMEM;
        *added = *entry;
        added->file = added->note = NULL;
        if (string_copy(entry->file, &added->file) == 0 &&
                string_copy(entry->note, &added->note) == 0)
                return 0;
        entry_clear(added);
        profile->entries.count--;
        return -ENOMEM;
}

int profile_add_feature(struct profile *profile, const struct feature *feature,
        enum support support, const char *file, unsigned line, const char *note)
{
        const struct profile_entry entry = {
                .feature = *feature,
                .support = support,
                .file = (char *)file,
                .line = line,
                .note = (char *)note,
        };

        return profile_add_entry(profile, &entry);
}

/* What profile_add() takes the name for. Returns 0 or -ENOENT. */
static int find_feature(const char *name, struct feature *ret)
{
        const struct syscall_info *info = syscall_by_name(name);
        const enum abi abi = abi_native();

        if (info && info->numbers[abi] >= 0) {
                *ret = (struct feature){
                        .kind = FEATURE_SYSCALL, .abi = abi, .number = info->numbers[abi]};
                return 0;
        }
        return strchr(name, ':') && feature_parse(name, ret, NULL) == 0 ? 0 : -ENOENT;
}

int profile_add_statement(
        struct profile *profile, const char *name, const struct profile_entry *statement)
{
        struct profile_entry entry = *statement;

        if (find_feature(name, &entry.feature) < 0)
                return add_unknown(profile, name, statement->file, statement->line);
        return profile_add_entry(profile, &entry);
}

int profile_add(struct profile *profile, const char *name, enum support support, const char *file,
        unsigned line, const char *note)
{
        const struct profile_entry statement = {
                .support = support,
                .file = (char *)file,
                .line = line,
                .note = (char *)note,
        };

        return profile_add_statement(profile, name, &statement);
}

const char *profile_nearest_call(const char *name)
{
        struct nearest nearest = {.wanted = name};

        for (size_t i = 0; i < syscall_table_size; i++)
                if (syscall_table[i].numbers[abi_native()] >= 0)
                        nearest_consider(&nearest, syscall_table[i].name);
        return nearest.word;
}

/* By feature, then from the most to the least support, then as they came: those of one feature
 * follow the one that stays. The elements point into one array. */
static int compare_entries(const void *a, const void *b)
{
        const struct profile_entry *first = *(const struct profile_entry *const *)a;
        const struct profile_entry *second = *(const struct profile_entry *const *)b;
        int r = feature_compare(&first->feature, &second->feature);

        if (r != 0)
                return r;
        if (first->support != second->support)
                return first->support > second->support ? -1 : 1;
        return first < second ? -1 : first > second;
}

static int merge_entries(struct profile *profile)
{
        CLEANUP_FREE struct profile_entry **order = NULL;
        struct profile_entry *merged;
        size_t count = profile->entries.count, kept = 0;

        if (count == 0)
                return 0;
        order = malloc(count * sizeof(*order));
        merged = malloc(count * sizeof(*merged));
        if (!order || !merged) {
                free(merged);
                return -ENOMEM;
        }
        for (size_t i = 0; i < count; i++)
                order[i] = &profile->entries.items[i];
        qsort(order, count, sizeof(struct profile_entry *), compare_entries);
        for (size_t i = 0; i < count; i++) {
                if (kept > 0 && feature_equal(merged[kept - 1].feature, order[i]->feature))
                        entry_clear(order[i]);
                else
                        merged[kept++] = *order[i];
        }
        free(profile->entries.items);
        profile->entries.items = merged;
        profile->entries.count = kept;
        profile->entries.capacity = count;
        profile->repeated += count - kept;
        return 0;
}

static int compare_unknown(const void *a, const void *b)
{
        const struct profile_unknown *first = *(const struct profile_unknown *const *)a;
        const struct profile_unknown *second = *(const struct profile_unknown *const *)b;
        int r = strcmp(first->name, second->name);

        if (r != 0)
                return r;
        return first < second ? -1 : first > second;
}

/* Leaves the first of each name, in the order of the source. */
static int merge_unknown(struct profile *profile)
{
        CLEANUP_FREE struct profile_unknown **order = NULL;
        struct profile_unknown *unknown;
        size_t count = profile->unknown.count, kept = 0;
        const char *last = NULL;

        if (count == 0)
                return 0;
        order = malloc(count * sizeof(*order));
        if (!order)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++)
                order[i] = &profile->unknown.items[i];
        qsort(order, count, sizeof(struct profile_unknown *), compare_unknown);
        for (size_t i = 0; i < count; i++) {
                if (last && strcmp(last, order[i]->name) == 0) {
                        unknown_clear(order[i]);
                        *order[i] = (struct profile_unknown){};
                } else {
                        last = order[i]->name;
                }
        }
        vector_for_each(unknown, &profile->unknown)
                if (unknown->name)
                        profile->unknown.items[kept++] = *unknown;
        profile->unknown.count = kept;
        profile->repeated += count - kept;
        return 0;
}

int profile_finish(struct profile *profile)
{
        int r = merge_entries(profile);

        return r < 0 ? r : merge_unknown(profile);
}

const struct profile_entry *profile_find(
        const struct profile *profile, const struct feature *feature)
{
        /* The feature is the entry's first member. */
        _Static_assert(offsetof(struct profile_entry, feature) == 0, "bsearch compares features");

        if (profile->entries.count == 0)
                return NULL;
        return bsearch(feature, profile->entries.items, profile->entries.count,
                sizeof(struct profile_entry), feature_compare);
}

size_t profile_count(const struct profile *profile, enum support support)
{
        const struct profile_entry *entry;
        size_t count = 0;

        vector_for_each(entry, &profile->entries)
                count += entry->feature.kind == FEATURE_SYSCALL &&
                         entry->feature.abi == abi_native() && entry->support == support;
        return count;
}
