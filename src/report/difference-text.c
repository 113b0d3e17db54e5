/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/difference.h"

#include <errno.h>
#include <string.h>

#include "report/stream.h"
#include "report/table.h"
#include "report/terminal.h"

/* "redis 7.0, bench (redis-benchmark), glibc 2.36" or how many there are. */
static int side_text(const struct compared_side *side, char **ret)
{
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FCLOSE FILE *stream = NULL;
        const size_t count = side->collection->datasets.count;
        size_t size;

        stream = open_memstream(&text, &size);
        if (!stream)
                return -ENOMEM;
        if (count == 1)
                usage_write_description(side->collection->datasets.items, stream);
        else
                fprintf(stream, "%zu datasets, merged", count);
        if (fflush(stream) != 0)
                return -ENOMEM;
        fclose(steal_pointer(stream));
        *ret = steal_pointer(text);
        return 0;
}

static int add_side(struct table *table, const char *name, const struct compared_side *side,
        size_t used, size_t required)
{
        CLEANUP_FREE char *text = NULL;

        if (side_text(side, &text) < 0 || table_cell(table, "", "%s", name) < 0 ||
                table_cell(table, "", "%s", side->asked) < 0 ||
                table_cell(table, "", "%zu", used) < 0 ||
                table_cell(table, "", "%zu", required) < 0)
                return -ENOMEM;
        return table_cell(table, "", "%s", text);
}

static int write_sides(
        const struct comparison *comparison, const struct palette *palette, FILE *stream)
{
        static const struct table_column columns[] = {
                {""},
                {"asked for"},
                {"used", .right = true},
                {"required", .right = true},
                {"measured"},
        };
        const struct difference *difference = comparison->difference;
        CLEANUP_TABLE struct table *table = table_new(columns, ARRAY_SIZE(columns));

        if (!table ||
                add_side(table, "A", &comparison->a, difference->used_a, difference->required_a) <
                        0 ||
                add_side(table, "B", &comparison->b, difference->used_b, difference->required_b) <
                        0)
                return -ENOMEM;
        return table_write(table, palette->bold, palette->reset, stream);
}

static int add_item(struct table *table, const struct differing *item,
        const struct feature_words *words, const struct palette *palette)
{
        const char *a = item->used_a ? verdict_name(item->a) : "-";
        const char *b = item->used_b ? verdict_name(item->b) : "-";
        const bool a_required = item->used_a && item->a == VERDICT_REQUIRED;
        const bool b_required = item->used_b && item->b == VERDICT_REQUIRED;

        if (table_cell(table, "", "  %s", feature_word(words, item->feature, NULL)) < 0 ||
                table_cell(table, a_required ? palette->red : "", "%s", a) < 0)
                return -ENOMEM;
        return table_cell(table, b_required ? palette->red : "", "%s", b);
}

/* A line on what follows, in the table's first column. */
static int add_heading(
        struct table *table, const char *heading, size_t count, const struct palette *palette)
{
        if (table_gap(table) < 0 ||
                table_cell(table, palette->bold, "%s (%zu)", heading, count) < 0 ||
                table_cell(table, "", "%s", "") < 0)
                return -ENOMEM;
        return table_cell(table, "", "%s", "");
}

static int write_parts(const struct difference_parts *parts, const struct feature_words *words,
        const struct palette *palette, FILE *stream)
{
        static const struct table_column columns[] = {{"feature"}, {"A"}, {"B"}};
        static const char *const headings[DIFFERENCE_PART_COUNT] = {
                [DIFFERENCE_ONLY_A] = "Only A uses",
                [DIFFERENCE_ONLY_B] = "Only B uses",
                [DIFFERENCE_REQUIRED_A] = "Both use, A requires",
                [DIFFERENCE_REQUIRED_B] = "Both use, B requires",
                [DIFFERENCE_OTHER] = "Both use, neither requires",
        };
        CLEANUP_TABLE struct table *table = table_new(columns, ARRAY_SIZE(columns));

        if (!table)
                return -ENOMEM;
        for (enum difference_part part = 0; part < DIFFERENCE_PART_COUNT; part++) {
                const struct differing *item;

                if (parts->parts[part].count == 0)
                        continue;
                if (add_heading(table, headings[part], parts->parts[part].count, palette) < 0)
                        return -ENOMEM;
                vector_for_each(item, &parts->parts[part])
                        if (add_item(table, item, words, palette) < 0)
                                return -ENOMEM;
        }
        return table_write(table, palette->bold, palette->reset, stream);
}

static void write_summary(
        const struct difference *difference, const struct difference_parts *parts, FILE *stream)
{
        if (difference->items.count == 0) {
                fprintf(stream, "No difference: both use the same %zu, with the same verdicts.\n",
                        difference->same);
                return;
        }
        fprintf(stream,
                "%zu used by A only, %zu by B only; of %zu used by both %zu have different "
                "verdicts, %zu the same.\n",
                parts->parts[DIFFERENCE_ONLY_A].count, parts->parts[DIFFERENCE_ONLY_B].count,
                difference->used_a - parts->parts[DIFFERENCE_ONLY_A].count,
                parts->parts[DIFFERENCE_REQUIRED_A].count +
                        parts->parts[DIFFERENCE_REQUIRED_B].count +
                        parts->parts[DIFFERENCE_OTHER].count,
                difference->same);
}

int report_difference_text(
        const struct comparison *comparison, const struct usage_options *options, FILE *stream)
{
        const struct palette *palette = options->text.color ? &palette_ansi : &palette_none;
        CLEANUP_FEATURE_WORDS struct feature_words *words = NULL;
        CLEANUP_DIFFERENCE_PARTS struct difference_parts parts = {};
        int r;

        r = feature_words_new(comparison->catalogue, options->spelling, FEATURE_PLAIN, &words);
        if (r == 0)
                r = difference_parts_fill(comparison->difference, words, &parts);
        if (r == 0)
                r = write_sides(comparison, palette, stream);
        if (r < 0)
                return r;
        fputc('\n', stream);
        if (comparison->difference->items.count > 0) {
                r = write_parts(&parts, words, palette, stream);
                if (r < 0)
                        return r;
                fputc('\n', stream);
        }
        write_summary(comparison->difference, &parts, stream);
        return stream_result(stream);
}
