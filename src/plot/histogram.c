/* SPDX-License-Identifier: BSD-3-Clause */
#include "plot/make.h"

/* Pixels that a bar takes, and at least all of them. */
#define BAR_WIDTH 15
#define LEAST     480

/* From the bottom of a bar to its top. */
static const enum verdict stack[] = {
        VERDICT_REQUIRED, VERDICT_STUB, VERDICT_FAKE, VERDICT_EITHER, VERDICT_UNTESTED};

int histogram_make(const struct figure_input *input, struct figure_data *data, char **ret_note,
        struct error *error)
{
        struct ranking ranking = {};
        struct ranked_dataset *item;
        int r;

        r = ranking_init(&ranking, input, figures[FIGURE_HISTOGRAM].top, ret_note, error);
        figure_title(data, "System calls that applications use, by what becomes of them");
        figure_columns(data, (const char *const[]){"label", IDENTITY_COLUMNS, "used", "required",
                                     "stub", "fake", "either", "untested", NULL});
        if (r == 0) {
                vector_for_each(item, &ranking.items) {
                        add_label(data, input->collection, item->dataset);
                        add_identity(data, item->dataset);
                        figure_number(data, item->counts.used);
                        for (size_t i = 0; i < ARRAY_SIZE(stack); i++)
                                figure_number(data, item->counts.by_verdict[stack[i]]);
                }
        }
        vector_clear(&ranking.items);
        return r;
}

/* Writes a data block for each verdict: bar, bottom and top. What is nowhere gets none. */
static void write_stack(const struct figure_data *data, bool *ret_any, FILE *stream)
{
        double bottom, height;

        for (size_t i = 0; i < ARRAY_SIZE(stack); i++) {
                ret_any[i] = highest_number(data, verdict_name(stack[i])) > 0;
                if (!ret_any[i])
                        continue;
                fprintf(stream, "$%s << END\n", verdict_name(stack[i]));
                for (size_t row = 0; row < figure_rows(data); row++) {
                        bottom = 0;
                        for (size_t below = 0; below < i; below++)
                                bottom += figure_get_number(data, row, verdict_name(stack[below]));
                        height = figure_get_number(data, row, verdict_name(stack[i]));
                        if (height > 0)
                                fprintf(stream, "%zu %.0f %.0f\n", row, bottom, bottom + height);
                }
                fputs("END\n", stream);
        }
}

void histogram_draw(const struct figure_data *data, enum plot_format format, FILE *stream)
{
        size_t rows = figure_rows(data);
        unsigned bars = rows * BAR_WIDTH > LEAST ? rows * BAR_WIDTH : LEAST;
        unsigned labels = text_pixels(longest_label(data, "label"));
        bool any[ARRAY_SIZE(stack)];
        const char *separator = "";

        script_begin(stream, format, (struct script_size){bars + 120, 420 + labels}, data->title);
        write_stack(data, any, stream);
        fprintf(stream,
                "set ylabel 'system calls'\n"
                "set xrange [-0.7:%zu-0.3]\n"
                "set yrange [0:*]\n"
                "set style fill solid 1 noborder\n" SCRIPT_KEY_ABOVE
                "set xtics () rotate by 90 right scale 0\n",
                rows);
        for (size_t row = 0; row < rows; row++)
                script_tick("x", figure_get_text(data, row, "label"), row, stream);
        fputs("plot ", stream);
        for (size_t i = 0; i < ARRAY_SIZE(stack); i++) {
                if (!any[i])
                        continue;
                fprintf(stream,
                        "%s$%s using 1:2:($1-0.4):($1+0.4):2:3 with boxxyerror "
                        "linecolor rgb '%s' title '%s'",
                        separator, verdict_name(stack[i]), verdict_color(stack[i]),
                        verdict_label(stack[i]));
                separator = ", ";
        }
        /* Nothing is used at all: an empty frame. */
        if (!*separator)
                fputs("NaN notitle", stream);
        fputc('\n', stream);
}
