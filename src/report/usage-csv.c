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

static int write_dataset(const struct dataset *dataset, const struct feature_words *words,
        struct verdict_lists *lists, FILE *stream)
{
        size_t start_length, length;
        CLEANUP_FREE char *start = row_start(dataset, &start_length);

        if (!start || verdict_lists_fill(lists, words, &dataset->findings) < 0)
                return -ENOMEM;
        for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++) {
                const char *name = verdict_name(verdict);
                const uint32_t *feature;

                vector_for_each(feature, &lists->lists[verdict]) {
                        const char *word = feature_word(words, *feature, &length);

                        fwrite_unlocked(start, 1, start_length, stream);
                        fwrite_unlocked(word, 1, length, stream);
                        putc_unlocked(',', stream);
                        fputs_unlocked(name, stream);
                        putc_unlocked('\n', stream);
                }
        }
        return 0;
}

int report_usage_csv(
        const struct collection *collection, const struct usage_options *options, FILE *stream)
{
        CLEANUP_FEATURE_WORDS struct feature_words *words = NULL;
        CLEANUP_VERDICT_LISTS struct verdict_lists lists = {};
        const struct dataset *dataset;
        int r;

        r = feature_words_new(collection->catalogue, options->spelling, FEATURE_CSV, &words);
        if (r < 0)
                return r;
        fputs("application,kind,workload,run,feature,verdict\n", stream);
        vector_for_each(dataset, &collection->datasets) {
                r = write_dataset(dataset, words, &lists, stream);
                if (r < 0)
                        return r;
        }
        return stream_result(stream);
}
