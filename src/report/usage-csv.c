/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/usage.h"

#include <errno.h>
#include <string.h>

#include "base/csv.h"
#include "report/stream.h"

/* What each row of a dataset begins with, up to the comma before the feature; owned by the caller,
 * NULL when out of memory. */
static char *row_start(const struct dataset *dataset, size_t *ret_length)
{
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FCLOSE FILE *stream = NULL;

        stream = open_memstream(&text, ret_length);
        if (!stream)
                return NULL;
        csv_write_field(dataset->application, stream);
        fprintf(stream, ",%s,", dataset_kind_key(dataset->kind));
        csv_write_field(dataset->workload ? dataset->workload : "", stream);
        fputc(',', stream);
        csv_write_field(dataset->run ? dataset->run : "", stream);
        fputc(',', stream);
        if (fflush(stream) != 0)
                return NULL;
        fclose(steal_pointer(stream));
        return steal_pointer(text);
}

/* What is the same for all rows of a dataset. */
struct rows {
        const struct feature_words *words;
        const char *start;
        size_t start_length;
        bool statics;                           /* there is a column for them */
        const struct static_coverage *coverage; /* of the dataset */
        FILE *stream;
};

/* "yes", "no", or "" where static analysis says nothing. */
static const char *static_word(const struct rows *rows, uint32_t feature)
{
        if (rows->coverage->datasets == 0 ||
                feature_words_kind(rows->words, feature) != FEATURE_SYSCALL)
                return "";
        return feature_numbers_have(&rows->coverage->found, feature) ? "yes" : "no";
}

static void write_row(const struct rows *rows, uint32_t feature, const char *verdict)
{
        size_t length;
        const char *word = feature_word(rows->words, feature, &length);

        fwrite_unlocked(rows->start, 1, rows->start_length, rows->stream);
        fwrite_unlocked(word, 1, length, rows->stream);
        putc_unlocked(',', rows->stream);
        fputs_unlocked(verdict, rows->stream);
        if (rows->statics) {
                putc_unlocked(',', rows->stream);
                fputs_unlocked(static_word(rows, feature), rows->stream);
        }
        putc_unlocked('\n', rows->stream);
}

static int write_dataset(
        const struct dataset *dataset, struct rows *rows, struct verdict_lists *lists)
{
        CLEANUP_FREE char *start = row_start(dataset, &rows->start_length);
        const uint32_t *feature;

        if (!start || verdict_lists_fill(lists, rows->words, &dataset->findings) < 0)
                return -ENOMEM;
        rows->start = start;
        for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++)
                vector_for_each(feature, &lists->lists[verdict])
                        write_row(rows, *feature, verdict_name(verdict));
        vector_for_each(feature, &rows->coverage->unshown.numbers)
                write_row(rows, *feature, "unused");
        return 0;
}

/* Whether static analysis tells of any dataset. */
static bool any_statics(const struct collection *collection, const struct usage_options *options)
{
        const struct dataset *dataset;

        if (usage_alone(collection, options, NULL))
                return true;
        vector_for_each(dataset, &collection->datasets)
                if (options->statics && static_sets_find(options->statics, dataset, STATIC_BINARY))
                        return true;
        return false;
}

/* Applications that no run is known of: rows as of a dataset without findings. */
static int write_alone(
        const struct collection *collection, const struct usage_options *options, struct rows *rows)
{
        const struct static_set *set = NULL;

        while ((set = usage_alone(collection, options, set))) {
                CLEANUP(feature_numbers_clear) struct feature_numbers calls = {};
                const uint32_t *number;
                const char *word;
                size_t length;

                if (usage_alone_calls(rows->words, set, &calls) < 0)
                        return -ENOMEM;
                vector_for_each(number, &calls.numbers) {
                        csv_write_field(set->application, rows->stream);
                        word = feature_word(rows->words, *number, &length);
                        fprintf(rows->stream, ",,,,%.*s,unused,yes\n", (int)length, word);
                }
        }
        return 0;
}

int report_usage_csv(
        const struct collection *collection, const struct usage_options *options, FILE *stream)
{
        CLEANUP_FEATURE_WORDS struct feature_words *words = NULL;
        CLEANUP_VERDICT_LISTS struct verdict_lists lists = {};
        struct rows rows = {.statics = any_statics(collection, options), .stream = stream};
        const struct dataset *dataset;
        int r;

        r = feature_words_new(collection->catalogue, options->spelling, FEATURE_CSV, &words);
        if (r < 0)
                return r;
        rows.words = words;
        fprintf(stream, "application,kind,workload,run,feature,verdict%s\n",
                rows.statics ? ",static" : "");
        vector_for_each(dataset, &collection->datasets) {
                CLEANUP_STATIC_COVERAGE struct static_coverage coverage = {};

                r = usage_coverage(collection, options, dataset, 1, &coverage);
                usage_sort(words, &coverage.unshown);
                rows.coverage = &coverage;
                if (r == 0)
                        r = write_dataset(dataset, &rows, &lists);
                if (r < 0)
                        return r;
        }
        r = write_alone(collection, options, &rows);
        return r < 0 ? r : stream_result(stream);
}
