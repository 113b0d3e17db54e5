/* SPDX-License-Identifier: BSD-3-Clause */

/* What is told of applications that no run is known of: what static analysis says. */

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/strings.h"
#include "report/stream.h"
#include "report/table.h"
#include "report/terminal.h"
#include "report/usage.h"

const struct static_set *usage_alone(const struct collection *collection,
        const struct usage_options *options, const struct static_set *previous)
{
        if (collection->datasets.count > 0 || !options->statics)
                return NULL;
        return static_sets_last(options->statics, STATIC_BINARY, previous);
}

int usage_alone_calls(const struct feature_words *words, const struct static_set *set,
        struct feature_numbers *ret)
{
        CLEANUP(feature_numbers_clear) struct feature_numbers calls = {};
        const uint32_t *number;
        uint32_t *added;

        vector_for_each(number, &set->features.numbers) {
                if (feature_words_kind(words, *number) != FEATURE_SYSCALL)
                        continue;
                added = vector_add(&calls.numbers);
                if (!added)
                        return -ENOMEM;
                *added = *number;
        }
        usage_sort(words, &calls);
        *ret = calls;
        calls = (struct feature_numbers){};
        return 0;
}

static const char *completeness(const struct static_set *set)
{
        return set->complete < 0 ? "" : set->complete ? "yes" : "no";
}

/* "2026-11-21", or "" where it is not known. */
static const char *date_of(const struct static_set *set, char text[static 16])
{
        const time_t measured = set->measured;
        struct tm date;

        text[0] = '\0';
        if (measured > 0 && gmtime_r(&measured, &date))
                strftime(text, 16, "%F", &date);
        return text;
}

static int write_one(const struct static_set *set, const struct feature_words *words,
        const struct text_options *options, FILE *stream)
{
        const struct palette *palette = options->color ? &palette_ansi : &palette_none;
        CLEANUP(feature_numbers_clear) struct feature_numbers calls = {};
        char date[16];
        int r;

        r = usage_alone_calls(words, set, &calls);
        if (r < 0)
                return r;
        fputs(set->application, stream);
        if (set->executable)
                fprintf(stream, ", %s", set->executable);
        if (*date_of(set, date))
                fprintf(stream, ", %s", date);
        fprintf(stream, "\n\n%sNamed by static analysis%s (%zu)\n", palette->bold, palette->reset,
                calls.numbers.count);
        if (calls.numbers.count > 0)
                usage_write_words(
                        words, calls.numbers.items, calls.numbers.count, options->width, stream);
        if (set->complete == 0)
                fputs("\nIt is not complete: the program could make more, as `loupe static` "
                      "tells.\n",
                        stream);
        return 0;
}

static int write_table(const struct collection *collection, const struct usage_options *options,
        const struct feature_words *words, FILE *stream)
{
        static const struct table_column columns[] = {{"application"}, {"static", .right = true},
                {"complete"}, {"measured"}, {"executable"}};
        const struct palette *palette = options->text.color ? &palette_ansi : &palette_none;
        CLEANUP_TABLE struct table *table = table_new(columns, ARRAY_SIZE(columns));
        const struct static_set *set = NULL;

        if (!table)
                return -ENOMEM;
        while ((set = usage_alone(collection, options, set))) {
                CLEANUP(feature_numbers_clear) struct feature_numbers calls = {};
                char date[16];

                if (usage_alone_calls(words, set, &calls) < 0 ||
                        table_cell(table, "", "%s", set->application) < 0 ||
                        table_cell(table, "", "%zu", calls.numbers.count) < 0 ||
                        table_cell(table, "", "%s", completeness(set)) < 0 ||
                        table_cell(table, "", "%s", date_of(set, date)) < 0 ||
                        table_cell(table, "", "%s", set->executable ? set->executable : "") < 0)
                        return -ENOMEM;
        }
        return table_write(table, palette->bold, palette->reset, stream);
}

int usage_write_alone(const struct collection *collection, const struct usage_options *options,
        const struct feature_words *words, FILE *stream)
{
        const struct static_set *first = usage_alone(collection, options, NULL);
        const bool several = usage_alone(collection, options, first);
        int r;

        r = several ? write_table(collection, options, words, stream)
                    : write_one(first, words, &options->text, stream);
        if (r < 0)
                return r;
        fprintf(stream,
                "\nNo run of %s is known: `loupe analyze` finds out what is used and required.\n",
                several ? "any" : "it");
        return stream_result(stream);
}
