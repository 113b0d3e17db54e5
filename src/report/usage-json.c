/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/usage.h"

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "report/json-stream.h"

/* Bytes that are kept from list to list. */
struct text {
        char *items;
        size_t count, capacity;
};

static int text_add(struct text *text, const char *bytes, size_t length)
{
        if (text->capacity - text->count < length) {
                const size_t wanted = 2 * (text->capacity + length);
                char *moved = realloc(text->items, wanted);

                if (!moved)
                        return -ENOMEM;
                text->items = moved;
                text->capacity = wanted;
        }
        memcpy(text->items + text->count, bytes, length);
        text->count += length;
        return 0;
}

/* What is used again for each dataset. */
struct scratch {
        struct verdict_lists lists;
        struct text text;
};

static void scratch_clear(struct scratch *scratch)
{
        verdict_lists_clear(&scratch->lists);
        free(scratch->text.items);
}

/* A list of features. Made up in one piece, which `text` is for: a result may hold millions of
 * words. */
static int write_words(struct json_stream *json, const char *key, const struct feature_words *words,
        const uint32_t *numbers, size_t count, struct text *text)
{
        size_t length;

        text->count = 0;
        if (text_add(text, "[", 1) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                const char *word = feature_word(words, numbers[i], &length);

                if ((i > 0 && text_add(text, ", ", 2) < 0) || text_add(text, word, length) < 0)
                        return -ENOMEM;
        }
        if (text_add(text, "]", 1) < 0)
                return -ENOMEM;
        json_stream_raw(json, key, text->items, text->count);
        return 0;
}

/* The list of one verdict. */
static int write_list(struct json_stream *json, enum verdict verdict,
        const struct feature_words *words, struct scratch *scratch)
{
        return write_words(json, verdict_name(verdict), words, scratch->lists.lists[verdict].items,
                scratch->lists.lists[verdict].count, &scratch->text);
}

/* An object, in one line, with the features by verdict; the untested where there are any. */
static int write_lists(struct json_stream *json, const char *key, const struct feature_words *words,
        const struct findings *findings, struct scratch *scratch)
{
        if (verdict_lists_fill(&scratch->lists, words, findings) < 0)
                return -ENOMEM;
        json_stream_object(json, key, LAYOUT_LINE);
        for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++)
                if ((verdict != VERDICT_UNTESTED || scratch->lists.lists[verdict].count > 0) &&
                        write_list(json, verdict, words, scratch) < 0)
                        return -ENOMEM;
        json_stream_end(json);
        return 0;
}

/* Merges `next` into `*findings`. */
static int merge_into(struct findings *findings, const struct findings *next)
{
        struct findings merged;

        if (findings_merge(findings, next, &merged) < 0)
                return -ENOMEM;
        findings_clear(findings);
        *findings = merged;
        return 0;
}

/* One kind of one application's workloads: the datasets from `first` until `end`. */
static int write_kind(struct json_stream *json, const struct feature_words *words,
        const struct dataset *first, const struct dataset *end, struct scratch *scratch)
{
        CLEANUP_FINDINGS struct findings merged = {};
        const char *key = dataset_kind_key(first->kind);

        if (end == first + 1)
                return write_lists(json, key, words, &first->findings, scratch);
        for (const struct dataset *dataset = first; dataset < end; dataset++)
                if (merge_into(&merged, &dataset->findings) < 0)
                        return -ENOMEM;
        return write_lists(json, key, words, &merged, scratch);
}

/* The datasets from `first` on that are of the same application and kind end here. */
static const struct dataset *kind_end(const struct dataset *first, const struct dataset *end)
{
        const struct dataset *next = first + 1;

        while (next < end && next->kind == first->kind &&
                strcmp(next->application, first->application) == 0)
                next++;
        return next;
}

static int write_applications(struct json_stream *json, const struct collection *collection,
        const struct feature_words *words, struct scratch *scratch)
{
        const struct dataset *dataset = collection->datasets.items, *next;
        const struct dataset *const end = dataset + collection->datasets.count;
        int r = 0;

        json_stream_object(json, "applications", LAYOUT_BLOCK);
        while (r == 0 && dataset < end) {
                const char *application = dataset->application;

                json_stream_object(json, application, LAYOUT_BLOCK);
                for (; r == 0 && dataset < end && strcmp(dataset->application, application) == 0;
                        dataset = next) {
                        next = kind_end(dataset, end);
                        r = write_kind(json, words, dataset, next, scratch);
                }
                json_stream_end(json);
        }
        json_stream_end(json);
        return r;
}

static int write_numbers(struct json_stream *json, const char *key,
        const struct feature_words *words, struct feature_numbers *numbers, struct text *text)
{
        usage_sort(words, numbers);
        return write_words(json, key, words, numbers->numbers.items, numbers->numbers.count, text);
}

static int write_coverage(struct json_stream *json, const char *key,
        const struct feature_words *words, struct static_coverage *coverage, struct text *text)
{
        json_stream_object(json, key, LAYOUT_LINE);
        if (write_numbers(json, "found", words, &coverage->found, text) < 0 ||
                write_numbers(json, "missed", words, &coverage->missed, text) < 0 ||
                write_numbers(json, "unshown", words, &coverage->unshown, text) < 0)
                return -ENOMEM;
        json_stream_end(json);
        return 0;
}

/* What static analysis says of applications that no run is known of. */
static int write_alone(struct json_stream *json, const struct collection *collection,
        const struct usage_options *options, const struct feature_words *words,
        struct scratch *scratch)
{
        const struct static_set *set = NULL;

        while ((set = usage_alone(collection, options, set))) {
                CLEANUP(feature_numbers_clear) struct feature_numbers calls = {};

                if (usage_alone_calls(words, set, &calls) < 0)
                        return -ENOMEM;
                json_stream_object(json, set->application, LAYOUT_BLOCK);
                json_stream_object(json, "none", LAYOUT_LINE);
                if (write_words(json, "found", words, calls.numbers.items, calls.numbers.count,
                            &scratch->text) < 0 ||
                        write_words(json, "missed", words, NULL, 0, &scratch->text) < 0 ||
                        write_words(json, "unshown", words, calls.numbers.items,
                                calls.numbers.count, &scratch->text) < 0)
                        return -ENOMEM;
                json_stream_end(json);
                json_stream_end(json);
        }
        return 0;
}

/* What static analysis says: as write_applications(), of those that it says anything about. */
static int write_statics(struct json_stream *json, const struct collection *collection,
        const struct usage_options *options, const struct feature_words *words,
        struct scratch *scratch)
{
        const struct dataset *dataset = collection->datasets.items, *next;
        const struct dataset *const end = dataset + collection->datasets.count;
        const char *application = NULL;

        json_stream_object(json, "static", LAYOUT_BLOCK);
        for (; dataset < end; dataset = next) {
                CLEANUP_STATIC_COVERAGE struct static_coverage coverage = {};

                next = kind_end(dataset, end);
                if (usage_coverage(collection, options, dataset, next - dataset, &coverage) < 0)
                        return -ENOMEM;
                if (coverage.datasets == 0)
                        continue;
                if (!string_equal(application, dataset->application)) {
                        if (application)
                                json_stream_end(json);
                        json_stream_object(json, dataset->application, LAYOUT_BLOCK);
                        application = dataset->application;
                }
                if (write_coverage(json, dataset_kind_key(dataset->kind), words, &coverage,
                            &scratch->text) < 0)
                        return -ENOMEM;
        }
        if (application)
                json_stream_end(json);
        if (write_alone(json, collection, options, words, scratch) < 0)
                return -ENOMEM;
        json_stream_end(json);
        return 0;
}

static int write_without_data(struct json_stream *json, const struct collection *collection)
{
        CLEANUP_FREE const char **names = NULL;

        if (collection_without_data(collection, NULL, &names) < 0)
                return -ENOMEM;
        json_stream_array(json, "without_data", LAYOUT_LINE);
        for (const char **name = names; *name; name++)
                json_stream_text(json, NULL, *name);
        json_stream_end(json);
        return 0;
}

int report_usage_json(
        const struct collection *collection, const struct usage_options *options, FILE *stream)
{
        CLEANUP_FEATURE_WORDS struct feature_words *words = NULL;
        CLEANUP(scratch_clear) struct scratch scratch = {};
        CLEANUP_FINDINGS struct findings merged = {};
        struct json_stream json;
        int r;

        r = feature_words_new(collection->catalogue, options->spelling, FEATURE_JSON, &words);
        if (r == 0)
                r = collection_merge(collection, &merged);
        if (r < 0)
                return r;
        json_stream_init(&json, stream);
        json_stream_object(&json, NULL, LAYOUT_BLOCK);
        json_stream_text(&json, "schema", "loupe/usage/1");
        r = write_applications(&json, collection, words, &scratch);
        if (r == 0)
                r = write_lists(&json, "merged", words, &merged, &scratch);
        if (r == 0)
                r = write_statics(&json, collection, options, words, &scratch);
        if (r == 0)
                r = write_without_data(&json, collection);
        if (r < 0)
                return r;
        json_stream_end(&json);
        return json_stream_finish(&json);
}
