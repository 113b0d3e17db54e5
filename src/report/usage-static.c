/* SPDX-License-Identifier: BSD-3-Clause */

/* What static analysis of binaries says, beside what runs of them have shown. */

#include <stdlib.h>

#include "base/strings.h"
#include "report/terminal.h"
#include "report/usage.h"

int usage_coverage(const struct collection *collection, const struct usage_options *options,
        const struct dataset *datasets, size_t count, struct static_coverage *ret)
{
        if (!options->statics || options->statics->items.count == 0)
                return 0;
        return static_coverage_find(options->statics, collection->catalogue, datasets, count, ret);
}

static int compare_numbers(const void *a, const void *b, void *words)
{
        return feature_words_compare(words, *(const uint32_t *)a, *(const uint32_t *)b);
}

void usage_sort(const struct feature_words *words, struct feature_numbers *numbers)
{
        if (numbers->numbers.count > 1)
                qsort_r(numbers->numbers.items, numbers->numbers.count, sizeof(uint32_t),
                        compare_numbers, (void *)words);
}

void usage_write_words(const struct feature_words *words, const uint32_t *numbers, size_t count,
        unsigned width, FILE *stream)
{
        size_t column = 0, length;

        for (size_t i = 0; i < count; i++) {
                const char *word = feature_word(words, numbers[i], &length);

                if (column > 0 && column + 1 + length > width) {
                        fputc('\n', stream);
                        column = 0;
                }
                column += fprintf(stream, "%s%s", column ? " " : "  ", word);
        }
        fputc('\n', stream);
}

static void write_list(const char *heading, const char *color, const struct feature_words *words,
        struct feature_numbers *numbers, const struct text_options *options, FILE *stream)
{
        const char *reset = *color ? palette_ansi.reset : "";

        if (numbers->numbers.count == 0)
                return;
        usage_sort(words, numbers);
        fprintf(stream, "\n%s%s%s (%zu)\n", color, heading, reset, numbers->numbers.count);
        usage_write_words(
                words, numbers->numbers.items, numbers->numbers.count, options->width, stream);
}

void usage_write_coverage(const struct feature_words *words, struct static_coverage *coverage,
        const struct text_options *options, FILE *stream)
{
        const struct palette *palette = options->color ? &palette_ansi : &palette_none;
        const size_t found = coverage->found.numbers.count, missed = coverage->missed.numbers.count;

        if (coverage->datasets == 0)
                return;
        write_list("Named by static analysis, and not used", palette->bold, words,
                &coverage->unshown, options, stream);
        write_list("Used, and MISSED by static analysis", palette->red, words, &coverage->missed,
                options, stream);
        fprintf(stream, "\nStatic analysis names %zu call%s", found, plural(found));
        if (coverage->datasets > 1)
                fprintf(stream, " for %zu of the results", coverage->datasets);
        fprintf(stream, ": %zu %s used, %zu %s not.\n", found - coverage->unshown.numbers.count,
                found - coverage->unshown.numbers.count == 1 ? "is" : "are",
                coverage->unshown.numbers.count,
                coverage->unshown.numbers.count == 1 ? "is" : "are");
        if (missed > 0)
                fprintf(stream,
                        "%sIt misses %zu call%s that %s used, though it should name all that can "
                        "be%s: it is wrong, or of another program.\n",
                        palette->red, missed, plural(missed), missed == 1 ? "is" : "are",
                        palette->reset);
}
