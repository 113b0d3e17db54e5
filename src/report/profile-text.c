/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/profile.h"

#include <errno.h>

#include "base/csv.h"
#include "policy/policy.h"
#include "report/stream.h"
#include "report/table.h"
#include "report/terminal.h"

static const struct table_column columns[] = {
        {"feature"},
        {"status"},
        {"where"},
        {"note"},
};

static bool is_shown(const struct profile_entry *entry, const struct profile_view *view)
{
        return view->statuses & (1u << entry->support);
}

static bool is_native_call(const struct feature *feature)
{
        return feature->kind == FEATURE_SYSCALL && feature->abi == abi_native();
}

/* Names or numbers, one a line. */
static int write_list(const struct profile *profile, const struct profile_view *view, FILE *stream)
{
        const struct profile_entry *entry;
        char name[FEATURE_NAME_MAX];

        vector_for_each(entry, &profile->entries) {
                if (!is_shown(entry, view))
                        continue;
                if (view->listing == PROFILE_NUMBERS && is_native_call(&entry->feature))
                        fprintf(stream, "%d\n", entry->feature.number);
                else
                        fprintf(stream, "%s\n", feature_name(entry->feature, name));
        }
        return stream_result(stream);
}

static const char *color_of(enum support support, const struct palette *palette)
{
        switch (support) {
        case SUPPORT_FULL:
                return palette->green;
        case SUPPORT_PARTIAL:
        case SUPPORT_FAKE:
                return palette->yellow;
        default:
                return palette->red;
        }
}

static int add_row(
        struct table *table, const struct profile_entry *entry, const struct palette *palette)
{
        char name[FEATURE_NAME_MAX];
        int r;

        r = table_cell(table, "", "%s", feature_name(entry->feature, name));
        if (r == 0)
                r = table_cell(table, color_of(entry->support, palette), "%s",
                        support_name(entry->support));
        if (r == 0 && entry->file && entry->line > 0)
                r = table_cell(table, palette->dim, "%s:%u", entry->file, entry->line);
        else if (r == 0)
                r = table_cell(table, palette->dim, "%s", entry->file ? entry->file : "");
        if (r == 0)
                r = table_cell(table, "", "%s", entry->note ? entry->note : "");
        return r;
}

static void write_summary(const struct profile *profile, FILE *stream)
{
        fprintf(stream, "\n%s (%s): of the system calls of %s", profile->name, profile->format,
                abi_info(abi_native())->name);
        for (enum support support = SUPPORT_COUNT; support-- > 0;)
                fprintf(stream, "%s %zu %s", support == SUPPORT_FULL ? "" : ",",
                        profile_count(profile, support), support_name(support));
        fprintf(stream, "; the others are not named\n");
        if (profile->unknown.count > 0)
                fprintf(stream, "%zu names are no system calls\n", profile->unknown.count);
}

int report_profile_text(
        const struct profile *profile, const struct profile_view *view, FILE *stream)
{
        const struct palette *palette = view->color ? &palette_ansi : &palette_none;
        CLEANUP_TABLE struct table *table = NULL;
        const struct profile_entry *entry;
        int r = 0;

        if (view->listing != PROFILE_TABLE)
                return write_list(profile, view, stream);
        table = table_new(columns, ARRAY_SIZE(columns));
        if (!table)
                return -ENOMEM;
        vector_for_each(entry, &profile->entries)
                if (r == 0 && is_shown(entry, view))
                        r = add_row(table, entry, palette);
        if (r == 0)
                r = table_write(table, palette->bold, palette->reset, stream);
        if (r < 0)
                return r;
        write_summary(profile, stream);
        return stream_result(stream);
}

int report_profile_csv(const struct profile *profile, const struct profile_view *view, FILE *stream)
{
        const struct profile_entry *entry;
        char name[FEATURE_NAME_MAX];

        fputs("number,name,status,file,line,note,errno\n", stream);
        vector_for_each(entry, &profile->entries) {
                if (!is_shown(entry, view))
                        continue;
                if (is_native_call(&entry->feature))
                        fprintf(stream, "%d", entry->feature.number);
                fputc(',', stream);
                csv_write_field(feature_name(entry->feature, name), stream);
                fprintf(stream, ",%s,", support_name(entry->support));
                csv_write_field(entry->file ? entry->file : "", stream);
                fputc(',', stream);
                if (entry->line > 0)
                        fprintf(stream, "%u", entry->line);
                fputc(',', stream);
                csv_write_field(entry->note ? entry->note : "", stream);
                fprintf(stream, ",%s\n", entry->errnum ? errno_name(entry->errnum) : "");
        }
        return stream_result(stream);
}
