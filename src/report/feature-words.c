/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/feature-words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "report/json-stream.h"

struct feature_words {
        char *text;      /* all words, each with its NUL */
        size_t *starts;  /* of the words in it, by number; one more is the end */
        uint32_t *ranks; /* places in feature order, by number less CATALOGUE_CALLS */
        const struct catalogue *catalogue;
};

struct feature_words *feature_words_free(struct feature_words *words)
{
        if (!words)
                return NULL;
        free(words->text);
        free(words->starts);
        free(words->ranks);
        free(words);
        return NULL;
}

static int write_name(const char *name, enum feature_notation notation, FILE *stream)
{
        CLEANUP_FREE char *quoted = NULL;

        switch (notation) {
        case FEATURE_PLAIN:
                fputs(name, stream);
                break;
        case FEATURE_JSON:
                quoted = json_quote(name);
                if (!quoted)
                        return -ENOMEM;
                fputs(quoted, stream);
                break;
        case FEATURE_CSV:
                csv_write_field(name, stream);
                break;
        }
        return 0;
}

static int write_words(struct feature_words *words, unsigned limit, enum feature_spelling spelling,
        enum feature_notation notation)
{
        CLEANUP_FCLOSE FILE *stream = NULL;
        char name[FEATURE_NAME_MAX];
        size_t size;
        int r = 0;

        stream = open_memstream(&words->text, &size);
        if (!stream)
                return -ENOMEM;
        for (unsigned feature = 0; r == 0 && feature < limit; feature++) {
                words->starts[feature] = ftell(stream);
                if (spelling == FEATURE_BY_NUMBER && catalogue_is_call(feature))
                        fprintf(stream, "%u", feature);
                else
                        r = write_name(
                                feature_name(catalogue_feature(words->catalogue, feature), name),
                                notation, stream);
                fputc('\0', stream);
        }
        words->starts[limit] = ftell(stream);
        if (r == 0 && fflush(stream) != 0)
                r = -ENOMEM;
        return r;
}

static int compare_features(const void *a, const void *b, void *catalogue)
{
        const uint32_t *left = a, *right = b;

        return catalogue_compare(catalogue, *left, *right);
}

static int rank_features(struct feature_words *words, unsigned limit)
{
        const size_t count = limit - CATALOGUE_CALLS;
        CLEANUP_FREE uint32_t *order = calloc(count + 1, sizeof(*order));

        if (!order)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++)
                order[i] = CATALOGUE_CALLS + i;
        qsort_r(order, count, sizeof(*order), compare_features, (void *)words->catalogue);
        for (size_t i = 0; i < count; i++)
                words->ranks[order[i] - CATALOGUE_CALLS] = i;
        return 0;
}

int feature_words_new(const struct catalogue *catalogue, enum feature_spelling spelling,
        enum feature_notation notation, struct feature_words **ret)
{
        const unsigned limit = catalogue_limit(catalogue);
        CLEANUP_FEATURE_WORDS struct feature_words *words = calloc(1, sizeof(*words));

        if (!words)
                return -ENOMEM;
        words->catalogue = catalogue;
        words->starts = calloc(limit + 1, sizeof(*words->starts));
        words->ranks = calloc(limit - CATALOGUE_CALLS + 1, sizeof(*words->ranks));
        if (!words->starts || !words->ranks || rank_features(words, limit) < 0 ||
                write_words(words, limit, spelling, notation) < 0)
                return -ENOMEM;
        *ret = steal_pointer(words);
        return 0;
}

const char *feature_word(const struct feature_words *words, unsigned feature, size_t *ret_length)
{
        if (ret_length)
                *ret_length = words->starts[feature + 1] - words->starts[feature] - 1;
        return words->text + words->starts[feature];
}

enum feature_kind feature_words_kind(const struct feature_words *words, unsigned feature)
{
        if (catalogue_is_call(feature))
                return FEATURE_SYSCALL;
        return catalogue_feature(words->catalogue, feature).kind;
}

int feature_words_compare(const struct feature_words *words, unsigned a, unsigned b)
{
        uint32_t left, right;

        if (catalogue_is_call(a) || catalogue_is_call(b))
                return a < b ? -1 : a > b;
        left = words->ranks[a - CATALOGUE_CALLS];
        right = words->ranks[b - CATALOGUE_CALLS];
        return left < right ? -1 : left > right;
}

static int compare_numbers(const void *a, const void *b, void *words)
{
        return feature_words_compare(words, *(const uint32_t *)a, *(const uint32_t *)b);
}

int verdict_lists_fill(struct verdict_lists *lists, const struct feature_words *words,
        const struct findings *findings)
{
        const struct finding *finding;

        for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++)
                lists->lists[verdict].count = 0;
        vector_for_each(finding, &findings->items) {
                uint32_t *number = vector_add(&lists->lists[finding->verdict]);

                if (!number)
                        return -ENOMEM;
                *number = finding->feature;
        }
        for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++) {
                size_t calls = lists->lists[verdict].count;
                uint32_t *numbers = lists->lists[verdict].items;

                /* Findings ascend by number, which is the order of calls already. */
                while (calls > 0 && !catalogue_is_call(numbers[calls - 1]))
                        calls--;
                if (lists->lists[verdict].count - calls > 1)
                        qsort_r(numbers + calls, lists->lists[verdict].count - calls,
                                sizeof(*numbers), compare_numbers, (void *)words);
        }
        return 0;
}

void verdict_lists_clear(struct verdict_lists *lists)
{
        for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++)
                vector_clear(&lists->lists[verdict]);
}
