/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "plot/make.h"

/* Pixels of a cell, and what surrounds them all. */
#define CELL_WIDTH  13
#define CELL_HEIGHT 15
#define ABOVE       110
#define LEAST       560

/* The place of each call from the left, from 1 on; 0: nobody uses it. Owned by the caller. */
static uint32_t *rank_calls(const struct metrics *metrics)
{
        uint32_t *ranks = calloc(CATALOGUE_CALLS, sizeof(*ranks));
        const struct importance *importance;
        uint32_t rank = 0;

        if (!ranks)
                return NULL;
        vector_for_each(importance, &metrics->importance)
                if (catalogue_is_call(importance->feature) && importance->used > 0)
                        ranks[importance->feature] = ++rank;
        return ranks;
}

static void add_dataset(struct figure_data *data, const struct figure_input *input,
        const struct dataset *dataset, size_t row, const uint32_t *ranks)
{
        char name[FEATURE_NAME_MAX];
        const struct finding *finding;
        struct feature feature;

        vector_for_each(finding, &dataset->findings.items) {
                if (!catalogue_is_call(finding->feature))
                        continue;
                feature = catalogue_feature(input->collection->catalogue, finding->feature);
                figure_number(data, row + 1);
                add_label(data, input->collection, dataset);
                add_identity(data, dataset);
                figure_number(data, ranks[finding->feature]);
                figure_text(data, feature_name(feature, name));
                figure_text(data, verdict_name(finding->verdict));
        }
}

int heatmap_make(const struct figure_input *input, struct figure_data *data, char **ret_note,
        struct error *error)
{
        CLEANUP_FREE uint32_t *ranks = rank_calls(input->metrics);
        struct ranking ranking = {};
        int r = -ENOMEM;

        if (ranks)
                r = ranking_init(&ranking, input, figures[FIGURE_HEATMAP].top, ret_note, error);
        figure_title(data, "What applications need, call by call, the most important first");
        figure_columns(data, (const char *const[]){"row", "label", IDENTITY_COLUMNS, "rank", "call",
                                     "verdict", NULL});
        for (size_t row = 0; r == 0 && row < ranking.items.count; row++)
                add_dataset(data, input, ranking.items.items[row].dataset, row, ranks);
        vector_clear(&ranking.items);
        return r;
}

/* Writes a data block of places for a verdict. Returns true where there is any. */
static bool write_places(const struct figure_data *data, enum verdict verdict, FILE *stream)
{
        const char *name = verdict_name(verdict);
        bool any = false;

        fprintf(stream, "$%s << END\n", name);
        for (size_t row = 0; row < figure_rows(data); row++) {
                if (strcmp(figure_get_text(data, row, "verdict"), name) != 0)
                        continue;
                fprintf(stream, "%.0f %.0f\n", figure_get_number(data, row, "rank"),
                        figure_get_number(data, row, "row"));
                any = true;
        }
        fputs("END\n", stream);
        return any;
}

/* Each row and each column gets its label once. */
static int write_labels(const struct figure_data *data, size_t ranks, FILE *stream)
{
        CLEANUP_FREE bool *seen = calloc(ranks + 1, sizeof(*seen));
        double row, last = 0;
        size_t rank;

        if (!seen)
                return -ENOMEM;
        for (size_t i = 0; i < figure_rows(data); i++) {
                row = figure_get_number(data, i, "row");
                rank = figure_get_number(data, i, "rank");
                if (row != last)
                        script_tick("y", figure_get_text(data, i, "label"), row, stream);
                last = row;
                if (!seen[rank])
                        script_tick("x", figure_get_text(data, i, "call"), rank, stream);
                seen[rank] = true;
        }
        return 0;
}

static void write_plot(const bool *any, FILE *stream)
{
        const char *separator = "plot ";

        for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++) {
                if (!any[verdict])
                        continue;
                fprintf(stream,
                        "%s$%s using 1:2:($1-0.44):($1+0.44):($2-0.44):($2+0.44) with boxxyerror "
                        "linecolor rgb '%s' title '%s'",
                        separator, verdict_name(verdict), verdict_color(verdict),
                        verdict_label(verdict));
                separator = ", ";
        }
        fputc('\n', stream);
}

void heatmap_draw(const struct figure_data *data, enum plot_format format, FILE *stream)
{
        size_t rows = highest_number(data, "row"), ranks = highest_number(data, "rank");
        unsigned left = text_pixels(longest_label(data, "label"));
        unsigned below = text_pixels(longest_label(data, "call"));
        unsigned width = ranks * CELL_WIDTH > LEAST ? ranks * CELL_WIDTH : LEAST;
        bool any[VERDICT_COUNT];

        script_begin(stream, format,
                (struct script_size){left + width + 20, ABOVE + rows * CELL_HEIGHT + below},
                data->title);
        for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++)
                any[verdict] = write_places(data, verdict, stream);
        fprintf(stream,
                "unset grid\n"
                "set border 0\n"
                "set xrange [0.4:%zu.6]\n"
                "set yrange [%zu.6:0.4]\n"
                "set style fill solid 1 noborder\n" SCRIPT_KEY_ABOVE
                "set xtics () rotate by 90 right scale 0\n"
                "set ytics () scale 0\n",
                ranks, rows);
        if (write_labels(data, ranks, stream) < 0)
                return;
        write_plot(any, stream);
}
