/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/strings.h"
#include "plot/make.h"

/* What the columns of static analyses begin with. */
static const char *const static_names[] = {
        [STATIC_BINARY] = "static_binary",
        [STATIC_SOURCES] = "static_sources",
};

/* A call, and how many datasets have it. */
struct ranked_call {
        uint32_t feature;
        size_t count;
};

/* A curve on its way into columns. */
struct curve {
        const char *name; /* what its columns begin with */
        size_t datasets;
        VECTOR(struct ranked_call) calls; /* most common first */
};

struct curves {
        VECTOR(struct curve) items;
};

static void curves_clear(struct curves *curves)
{
        struct curve *curve;

        vector_for_each(curve, &curves->items)
                vector_clear(&curve->calls);
        vector_clear(&curves->items);
}

static int compare_calls(const void *left, const void *right)
{
        const struct ranked_call *a = left, *b = right;

        if (a->count != b->count)
                return a->count > b->count ? -1 : 1;
        return (a->feature > b->feature) - (a->feature < b->feature);
}

static int add_call(struct curve *curve, uint32_t feature, size_t count)
{
        struct ranked_call *call;

        if (count == 0 || !catalogue_is_call(feature))
                return 0;
        call = vector_add(&curve->calls);
        if (!call)
                return -ENOMEM;
        *call = (struct ranked_call){feature, count};
        return 0;
}

static struct curve *add_curve(struct curves *curves, const char *name, size_t datasets)
{
        struct curve *curve = vector_add(&curves->items);

        if (curve) {
                curve->name = name;
                curve->datasets = datasets;
        }
        return curve;
}

static int add_measured(struct curves *curves, const struct metrics *metrics, bool required)
{
        struct curve *curve = add_curve(curves, required ? "required" : "used", metrics->datasets);
        const struct importance *importance;
        int r = curve ? 0 : -ENOMEM;

        vector_for_each(importance, &metrics->importance)
                if (r == 0)
                        r = add_call(curve, importance->feature,
                                required ? importance->required : importance->used);
        return r;
}

/* Counts the calls that one static analysis found. */
static void count_found(const struct static_set *set, size_t *counts)
{
        const uint32_t *number;

        vector_for_each(number, &set->features.numbers)
                if (catalogue_is_call(*number))
                        counts[*number]++;
}

/* What static analysis found in the datasets for which there is one; no curve where there is none.
 */
static int add_static(
        struct curves *curves, const struct figure_input *input, enum static_method method)
{
        size_t counts[CATALOGUE_CALLS] = {}, datasets = 0;
        const struct dataset *dataset;
        const struct static_set *set;
        struct curve *curve;
        int r = 0;

        vector_for_each(dataset, &input->collection->datasets) {
                set = static_sets_find(input->statics, dataset, method);
                if (set)
                        count_found(set, counts);
                datasets += set != NULL;
        }
        if (datasets == 0)
                return 0;
        curve = add_curve(curves, static_names[method], datasets);
        if (!curve)
                return -ENOMEM;
        for (uint32_t number = 0; r == 0 && number < CATALOGUE_CALLS; number++)
                r = add_call(curve, number, counts[number]);
        return r;
}

static int add_columns(struct figure_data *data, const char *name)
{
        CLEANUP_FREE char *call = string_format("%s_call", name);
        CLEANUP_FREE char *datasets = string_format("%s_results", name);
        CLEANUP_FREE char *share = string_format("%s_share", name);

        if (!call || !datasets || !share)
                return -ENOMEM;
        figure_columns(data, (const char *const[]){call, datasets, share, NULL});
        return 0;
}

static void add_point(struct figure_data *data, const struct catalogue *catalogue,
        const struct curve *curve, size_t rank)
{
        char name[FEATURE_NAME_MAX];
        const struct ranked_call *call;

        if (rank >= curve->calls.count) {
                figure_nothing(data);
                figure_nothing(data);
                figure_nothing(data);
                return;
        }
        call = &curve->calls.items[rank];
        figure_text(data, feature_name(catalogue_feature(catalogue, call->feature), name));
        figure_number(data, call->count);
        figure_number(data, (double)call->count / curve->datasets);
}

static int add_rows(
        struct figure_data *data, const struct catalogue *catalogue, const struct curves *curves)
{
        const struct curve *curve;
        size_t ranks = 0;
        int r = 0;

        figure_columns(data, (const char *const[]){"rank", NULL});
        vector_for_each(curve, &curves->items) {
                if (curve->calls.count > 0)
                        qsort(curve->calls.items, curve->calls.count, sizeof(*curve->calls.items),
                                compare_calls);
                if (curve->calls.count > ranks)
                        ranks = curve->calls.count;
                if (r == 0)
                        r = add_columns(data, curve->name);
        }
        for (size_t rank = 0; r == 0 && rank < ranks; rank++) {
                figure_number(data, rank + 1);
                vector_for_each(curve, &curves->items)
                        add_point(data, catalogue, curve, rank);
        }
        return r;
}

int cumulative_make(const struct figure_input *input, struct figure_data *data, char **ret_note,
        struct error *error)
{
        CLEANUP(curves_clear) struct curves curves = {};
        int r;

        (void)ret_note;
        (void)error;
        figure_title(data, "System calls by how many applications need them");
        r = add_measured(&curves, input->metrics, true);
        if (r == 0)
                r = add_measured(&curves, input->metrics, false);
        for (enum static_method i = 0; r == 0 && input->statics && i < STATIC_COUNT; i++)
                r = add_static(&curves, input, i);
        return r < 0 ? r : add_rows(data, input->collection->catalogue, &curves);
}

/* The curves that there may be, in the order of the legend. */
static const struct line {
        const char *name, *label, *color;
} lines[] = {
        {"required", "required", COLOR_REQUIRED},
        {"used", "used", COLOR_USED},
        {"static_binary", "in the binary", COLOR_GREEN},
        {"static_sources", "in the sources", COLOR_PURPLE},
};

/* What the legend says of a line. */
struct extent {
        size_t calls, datasets; /* calls: 0 where there is no such line */
};

/* Writes its points as a data block. */
static struct extent write_points(
        const struct figure_data *data, const struct line *line, FILE *stream)
{
        CLEANUP_FREE char *column = string_format("%s_share", line->name);
        CLEANUP_FREE char *datasets = string_format("%s_results", line->name);
        struct extent extent = {};
        double share;

        fprintf(stream, "$%s << END\n", line->name);
        for (size_t row = 0; column && datasets && row < figure_rows(data); row++) {
                share = figure_get_number(data, row, column);
                if (isnan(share))
                        continue;
                fprintf(stream, "%.0f %.8g\n", figure_get_number(data, row, "rank"), 100 * share);
                extent.calls++;
                extent.datasets = lround(figure_get_number(data, row, datasets) / share);
        }
        fputs("END\n", stream);
        return extent;
}

void cumulative_draw(const struct figure_data *data, enum plot_format format, FILE *stream)
{
        struct extent extents[ARRAY_SIZE(lines)];
        const char *separator = "plot ";

        script_begin(stream, format, (struct script_size){900, 540}, data->title);
        for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
                extents[i] = write_points(data, &lines[i], stream);
        fputs("set xlabel 'system calls, the most common first'\n"
              "set ylabel 'share of results'\n"
              "set xrange [0:*]\n"
              "set yrange [0:100]\n"
              "set format y '%g %%'\n"
              "set key top right Left reverse samplen 2\n",
                stream);
        for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
                if (extents[i].calls == 0)
                        continue;
                /* A block of one point is no line: its point shows it. */
                fprintf(stream, "%s$%s using 1:2 with %s linewidth 2 linecolor rgb '%s' title ",
                        separator, lines[i].name,
                        extents[i].calls == 1 ? "points pointtype 7" : "lines", lines[i].color);
                fprintf(stream, "'%s: %zu calls in %zu results'", lines[i].label, extents[i].calls,
                        extents[i].datasets);
                separator = ", ";
        }
        fputc('\n', stream);
}
