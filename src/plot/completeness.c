/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>

#include "plot/make.h"

static const char *const columns[] = {"calls", "call", "required_results", "required_share",
        "not_stubbed_results", "not_stubbed_share", NULL};
static const char *const weighted_columns[] = {"required_weighted", "not_stubbed_weighted", NULL};

static bool is_weighted(const struct metrics *metrics)
{
        const struct curve_point *point;

        vector_for_each(point, &metrics->curve)
                if (!isnan(point->completeness[COMPLETENESS_REQUIRED].weighted))
                        return true;
        return false;
}

static void add_share(struct figure_data *data, const struct completeness_result *result)
{
        figure_number(data, result->supported);
        figure_number(
                data, result->datasets > 0 ? (double)result->supported / result->datasets : NAN);
}

int completeness_make(const struct figure_input *input, struct figure_data *data, char **ret_note,
        struct error *error)
{
        bool weighted = is_weighted(input->metrics);
        const struct curve_point *point;
        char name[FEATURE_NAME_MAX];
        struct feature feature;

        (void)ret_note;
        if (input->metrics->datasets == 0)
                return error_set(error, ENODATA, "no result fits what is asked for");
        figure_title(data, "Results whose needs are met, of %zu", input->metrics->datasets);
        figure_columns(data, columns);
        if (weighted)
                figure_columns(data, weighted_columns);
        vector_for_each(point, &input->metrics->curve) {
                figure_number(data, point->calls);
                if (point->calls > 0) {
                        feature = catalogue_feature(input->collection->catalogue, point->feature);
                        figure_text(data, feature_name(feature, name));
                } else {
                        figure_nothing(data);
                }
                add_share(data, &point->completeness[COMPLETENESS_REQUIRED]);
                add_share(data, &point->completeness[COMPLETENESS_NOT_STUBBED]);
                for (enum completeness i = 0; weighted && i < COMPLETENESS_COUNT; i++)
                        figure_number(data, point->completeness[i].weighted);
        }
        return 0;
}

static const struct line {
        const char *column, *label, *color;
        int dash;
} lines[] = {
        {"required_share", "need: required", COLOR_REQUIRED, 1},
        {"not_stubbed_share", "need: does not work stubbed (Gramine)", COLOR_USED, 1},
        {"required_weighted", "the same, required, weighted by installs", COLOR_REQUIRED, 2},
        {"not_stubbed_weighted", "the same, not stubbed, weighted by installs", COLOR_USED, 2},
};

void completeness_draw(const struct figure_data *data, enum plot_format format, FILE *stream)
{
        const char *separator = "plot ";

        script_begin(stream, format, (struct script_size){900, 540}, data->title);
        fputs("$curve << END\n", stream);
        for (size_t row = 0; row < figure_rows(data); row++) {
                fprintf(stream, "%.0f", figure_get_number(data, row, "calls"));
                for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
                        fprintf(stream, " %.8g",
                                100 * figure_get_number(data, row, lines[i].column));
                fputc('\n', stream);
        }
        fprintf(stream,
                "END\n"
                "set xlabel 'system calls implemented, the most important first'\n"
                "set ylabel 'share of results'\n"
                "set xrange [0:%.0f]\n"
                "set yrange [0:100]\n"
                "set format y '%%g %%%%'\n"
                "set key bottom right Left reverse samplen 2\n",
                fmax(highest_number(data, "calls"), 1));
        for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
                if (figure_column(data, lines[i].column) < 0)
                        continue;
                fprintf(stream,
                        "%s$curve using 1:%zu with steps linewidth 2 dashtype %d "
                        "linecolor rgb '%s' title '%s'",
                        separator, i + 2, lines[i].dash, lines[i].color, lines[i].label);
                separator = ", ";
        }
        fputc('\n', stream);
}
