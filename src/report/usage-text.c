/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/usage.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/strings.h"
#include "report/stream.h"
#include "report/table.h"
#include "report/terminal.h"

static const char *const headings[VERDICT_COUNT] = {
        [VERDICT_REQUIRED] = "Required",
        [VERDICT_STUB] = "Stub only",
        [VERDICT_FAKE] = "Fake only",
        [VERDICT_EITHER] = "Either",
        [VERDICT_UNTESTED] = "Untested",
};

struct usage_count usage_count(
        const struct feature_words *words, const struct findings *findings, enum feature_kind kind)
{
        const struct finding *finding;
        struct usage_count count = {};

        vector_for_each(finding, &findings->items) {
                if (feature_words_kind(words, finding->feature) != kind)
                        continue;
                count.used++;
                count.verdicts[finding->verdict]++;
        }
        count.avoidable = count.verdicts[VERDICT_STUB] + count.verdicts[VERDICT_FAKE] +
                          count.verdicts[VERDICT_EITHER];
        return count;
}

double usage_avoidable(const struct usage_count *count)
{
        return count->used ? 100.0 * count->avoidable / count->used : 0;
}

/* "49 calls used: 20 required, 3 stub only, 9 fake only, 17 either; 59.2 % avoidable." */
static void write_summary(const struct usage_count *count, const char *noun, FILE *stream)
{
        fprintf(stream, "%zu %s%s used: %zu required, %zu stub only, %zu fake only, %zu either",
                count->used, noun, plural(count->used), count->verdicts[VERDICT_REQUIRED],
                count->verdicts[VERDICT_STUB], count->verdicts[VERDICT_FAKE],
                count->verdicts[VERDICT_EITHER]);
        if (count->verdicts[VERDICT_UNTESTED] > 0)
                fprintf(stream, ", %zu untested", count->verdicts[VERDICT_UNTESTED]);
        fprintf(stream, "; %.1f %% avoidable.\n", usage_avoidable(count));
}

static void write_summaries(
        const struct feature_words *words, const struct findings *findings, FILE *stream)
{
        static const char *const nouns[FEATURE_KIND_COUNT] = {
                [FEATURE_SYSCALL] = "call",
                [FEATURE_SUBFEATURE] = "sub-feature",
                [FEATURE_FILE] = "file",
        };

        for (enum feature_kind kind = 0; kind < FEATURE_KIND_COUNT; kind++) {
                const struct usage_count count = usage_count(words, findings, kind);

                if (kind == FEATURE_SYSCALL || count.used > 0)
                        write_summary(&count, nouns[kind], stream);
        }
}

static int write_lists(const struct feature_words *words, const struct findings *findings,
        const struct text_options *options, FILE *stream)
{
        const struct palette *palette = options->color ? &palette_ansi : &palette_none;
        CLEANUP_VERDICT_LISTS struct verdict_lists lists = {};

        if (verdict_lists_fill(&lists, words, findings) < 0)
                return -ENOMEM;
        for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++) {
                const size_t count = lists.lists[verdict].count;

                if (verdict == VERDICT_UNTESTED && count == 0)
                        continue;
                fprintf(stream, "%s%s%s (%zu)\n", palette->bold, headings[verdict], palette->reset,
                        count);
                if (count > 0)
                        usage_write_words(
                                words, lists.lists[verdict].items, count, options->width, stream);
        }
        return 0;
}

void usage_write_description(const struct dataset *dataset, FILE *stream)
{
        const time_t measured = dataset->measured;
        struct tm date;

        fputs(dataset->application, stream);
        if (dataset->version)
                fprintf(stream, " %s", dataset->version);
        fprintf(stream, ", %s", dataset_kind_key(dataset->kind));
        if (dataset->workload && strcmp(dataset->workload, dataset_kind_key(dataset->kind)) != 0)
                fprintf(stream, " (%s)", dataset->workload);
        if (dataset->libc)
                fprintf(stream, ", %s", dataset->libc);
        if (dataset->run && dataset->run[0])
                fprintf(stream, ", run %s", dataset->run);
        if (measured > 0 && gmtime_r(&measured, &date))
                fprintf(stream, ", %04d-%02d-%02d", date.tm_year + 1900, date.tm_mon + 1,
                        date.tm_mday);
}

/* Which columns the table has beside those that it always has. */
struct shape {
        bool run;      /* several datasets are of the same application and kind */
        bool untested; /* there are any */
        bool statics;  /* static analysis tells of any */
};

static struct shape table_shape(
        const struct collection *collection, const struct static_coverage *coverage)
{
        const struct dataset *dataset, *before = NULL;
        struct shape shape = {.statics = coverage->datasets > 0};

        vector_for_each(dataset, &collection->datasets) {
                shape.untested =
                        shape.untested || findings_count(&dataset->findings, VERDICT_UNTESTED) > 0;
                shape.run = shape.run ||
                            (before && before->kind == dataset->kind &&
                                    strcmp(before->application, dataset->application) == 0);
                before = dataset;
        }
        return shape;
}

/* Fills `columns`, which has room for all; returns how many there are. */
static size_t table_columns(const struct shape *shape, struct table_column *columns)
{
        static const struct table_column all[] = {
                {"application"},
                {"kind"},
                {"workload"},
                {"run"},
                {"used", .right = true},
                {"required", .right = true},
                {"stub", .right = true},
                {"fake", .right = true},
                {"either", .right = true},
                {"untested", .right = true},
                {"static", .right = true},
                {"missed", .right = true},
                {"avoidable", .right = true},
        };
        size_t count = 0;

        for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
                if ((strcmp(all[i].title, "run") == 0 && !shape->run) ||
                        (strcmp(all[i].title, "untested") == 0 && !shape->untested) ||
                        (!shape->statics && (strcmp(all[i].title, "static") == 0 ||
                                                    strcmp(all[i].title, "missed") == 0)))
                        continue;
                columns[count++] = all[i];
        }
        return count;
}

#define COLUMNS_MAX 13

/* How many calls static analysis names, and how many of those that were used it misses. */
static int add_statics(
        struct table *table, const struct static_coverage *coverage, const struct palette *palette)
{
        if (coverage->datasets == 0)
                return table_cell(table, "", "%s", "") < 0 ? -ENOMEM
                                                           : table_cell(table, "", "%s", "");
        if (table_cell(table, "", "%zu", coverage->found.numbers.count) < 0)
                return -ENOMEM;
        return table_cell(table, coverage->missed.numbers.count > 0 ? palette->red : "", "%zu",
                coverage->missed.numbers.count);
}

static int add_dataset(struct table *table, const struct dataset *dataset,
        const struct shape *shape, const struct feature_words *words,
        const struct static_coverage *coverage, const struct palette *palette)
{
        const struct usage_count count = usage_count(words, &dataset->findings, FEATURE_SYSCALL);

        if (table_cell(table, "", "%s", dataset->application) < 0 ||
                table_cell(table, "", "%s", dataset_kind_key(dataset->kind)) < 0 ||
                table_cell(table, "", "%s", dataset->workload ? dataset->workload : "") < 0)
                return -ENOMEM;
        if (shape->run && table_cell(table, "", "%s", dataset->run ? dataset->run : "") < 0)
                return -ENOMEM;
        if (table_cell(table, "", "%zu", count.used) < 0 ||
                table_cell(table, "", "%zu", count.verdicts[VERDICT_REQUIRED]) < 0 ||
                table_cell(table, "", "%zu", count.verdicts[VERDICT_STUB]) < 0 ||
                table_cell(table, "", "%zu", count.verdicts[VERDICT_FAKE]) < 0 ||
                table_cell(table, "", "%zu", count.verdicts[VERDICT_EITHER]) < 0)
                return -ENOMEM;
        if (shape->untested && table_cell(table, "", "%zu", count.verdicts[VERDICT_UNTESTED]) < 0)
                return -ENOMEM;
        if (shape->statics && add_statics(table, coverage, palette) < 0)
                return -ENOMEM;
        return table_cell(table, "", "%.1f %%", usage_avoidable(&count));
}

static int write_table(const struct collection *collection, const struct feature_words *words,
        const struct usage_options *options, const struct static_coverage *all, FILE *stream)
{
        const struct palette *palette = options->text.color ? &palette_ansi : &palette_none;
        const struct shape shape = table_shape(collection, all);
        struct table_column columns[COLUMNS_MAX];
        const size_t count = table_columns(&shape, columns);
        CLEANUP_TABLE struct table *table = table_new(columns, count);
        const struct dataset *dataset;

        if (!table)
                return -ENOMEM;
        vector_for_each(dataset, &collection->datasets) {
                CLEANUP_STATIC_COVERAGE struct static_coverage coverage = {};

                if (usage_coverage(collection, options, dataset, 1, &coverage) < 0 ||
                        add_dataset(table, dataset, &shape, words, &coverage, palette) < 0)
                        return -ENOMEM;
        }
        return table_write(table, palette->bold, palette->reset, stream);
}

int report_usage_text(
        const struct collection *collection, const struct usage_options *options, FILE *stream)
{
        CLEANUP_FEATURE_WORDS struct feature_words *words = NULL;
        CLEANUP_STATIC_COVERAGE struct static_coverage coverage = {};
        CLEANUP_FINDINGS struct findings merged = {};
        int r;

        r = feature_words_new(collection->catalogue, options->spelling, FEATURE_PLAIN, &words);
        if (r == 0)
                r = collection_merge(collection, &merged);
        if (r == 0)
                r = usage_coverage(collection, options, collection->datasets.items,
                        collection->datasets.count, &coverage);
        if (r == 0 && usage_alone(collection, options, NULL))
                return usage_write_alone(collection, options, words, stream);
        if (r == 0 && collection->datasets.count == 1) {
                usage_write_description(collection->datasets.items, stream);
                fputc('\n', stream);
        } else if (r == 0)
                r = write_table(collection, words, options, &coverage, stream);
        if (r < 0)
                return r;
        if (collection->datasets.count != 1)
                fprintf(stream, "\nAll %zu merged:\n", collection->datasets.count);
        fputc('\n', stream);
        r = write_lists(words, &merged, &options->text, stream);
        if (r < 0)
                return r;
        fputc('\n', stream);
        write_summaries(words, &merged, stream);
        usage_write_coverage(words, &coverage, &options->text, stream);
        return stream_result(stream);
}
