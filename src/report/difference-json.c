/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/difference.h"

#include <errno.h>
#include <string.h>

#include "report/json-stream.h"

static void write_dataset(struct json_stream *json, const struct dataset *dataset)
{
        json_stream_object(json, NULL, LAYOUT_LINE);
        json_stream_text(json, "application", dataset->application);
        json_stream_text(json, "kind", dataset_kind_key(dataset->kind));
        json_stream_text(json, "workload", dataset->workload);
        json_stream_text(json, "run", dataset->run);
        json_stream_text(json, "version", dataset->version);
        json_stream_text(json, "libc", dataset->libc);
        json_stream_end(json);
}

static void write_side(struct json_stream *json, const char *key, const struct compared_side *side,
        size_t used, size_t required)
{
        const struct dataset *dataset;

        json_stream_object(json, key, LAYOUT_BLOCK);
        json_stream_text(json, "selection", side->asked);
        json_stream_array(json, "datasets", LAYOUT_BLOCK);
        vector_for_each(dataset, &side->collection->datasets)
                write_dataset(json, dataset);
        json_stream_end(json);
        json_stream_integer(json, "used", used);
        json_stream_integer(json, "required", required);
        json_stream_end(json);
}

static void write_item(
        struct json_stream *json, const struct feature_words *words, const struct differing *item)
{
        size_t length;
        const char *word = feature_word(words, item->feature, &length);

        json_stream_object(json, NULL, LAYOUT_LINE);
        json_stream_raw(json, "feature", word, length);
        if (item->used_a)
                json_stream_text(json, "a", verdict_name(item->a));
        if (item->used_b)
                json_stream_text(json, "b", verdict_name(item->b));
        json_stream_end(json);
}

static void write_items(struct json_stream *json, const struct feature_words *words,
        const struct difference_parts *parts, enum difference_part first, enum difference_part last)
{
        const struct differing *item;

        for (enum difference_part part = first; part <= last; part++)
                vector_for_each(item, &parts->parts[part])
                        write_item(json, words, item);
}

int report_difference_json(
        const struct comparison *comparison, const struct usage_options *options, FILE *stream)
{
        const struct difference *difference = comparison->difference;
        CLEANUP_FEATURE_WORDS struct feature_words *words = NULL;
        CLEANUP_DIFFERENCE_PARTS struct difference_parts parts = {};
        struct json_stream json;
        int r;

        r = feature_words_new(comparison->catalogue, options->spelling, FEATURE_JSON, &words);
        if (r == 0)
                r = difference_parts_fill(difference, words, &parts);
        if (r < 0)
                return r;
        json_stream_init(&json, stream);
        json_stream_object(&json, NULL, LAYOUT_BLOCK);
        json_stream_text(&json, "schema", "loupe/difference/1");
        write_side(&json, "a", &comparison->a, difference->used_a, difference->required_a);
        write_side(&json, "b", &comparison->b, difference->used_b, difference->required_b);
        json_stream_integer(&json, "same", difference->same);
        json_stream_array(&json, "only_a", LAYOUT_BLOCK);
        write_items(&json, words, &parts, DIFFERENCE_ONLY_A, DIFFERENCE_ONLY_A);
        json_stream_end(&json);
        json_stream_array(&json, "only_b", LAYOUT_BLOCK);
        write_items(&json, words, &parts, DIFFERENCE_ONLY_B, DIFFERENCE_ONLY_B);
        json_stream_end(&json);
        json_stream_array(&json, "differing", LAYOUT_BLOCK);
        write_items(&json, words, &parts, DIFFERENCE_REQUIRED_A, DIFFERENCE_OTHER);
        json_stream_end(&json);
        json_stream_end(&json);
        return json_stream_finish(&json);
}
